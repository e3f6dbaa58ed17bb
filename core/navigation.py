"""The menus: each room adds its own entries when it is connected, and the layouts show those a person may open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from core import access, config


@dataclass(frozen=True)
class Entry:
    """A line of a menu: `text` is marked with N_ and translated when shown; lower `order` comes first."""

    endpoint: str
    text: str
    order: int


@dataclass(frozen=True)
class Invitation(Entry):
    """A line of the front page: `more` says in a sentence what the link is for."""

    more: str


_staff: list[Entry] = []
_front: list[Invitation] = []
_footer: list[Entry] = []
_own: list[Entry] = []
#: Says whether the signed-in member of staff has a permission; `accounts` sets it.
_may: Callable[[str], bool] = lambda permission: False  # noqa: E731


def add_staff_entry(endpoint: str, text: str, order: int) -> None:
    """Put a page into the staff menu; who sees it follows from what its route declares."""
    entry = Entry(endpoint, text, order)
    if entry not in _staff:
        _staff.append(entry)
        _staff.sort(key=lambda e: e.order)


def add_footer_link(endpoint: str, text: str, order: int) -> None:
    """Put a page into the footer of every page."""
    entry = Entry(endpoint, text, order)
    if entry not in _footer:
        _footer.append(entry)
        _footer.sort(key=lambda e: e.order)


def add_own_entry(endpoint: str, text: str, order: int) -> None:
    """Put a page onto the member's own page."""
    entry = Entry(endpoint, text, order)
    if entry not in _own:
        _own.append(entry)
        _own.sort(key=lambda e: e.order)


def add_front_entry(endpoint: str, text: str, more: str, order: int) -> None:
    """Put a page onto the front page; the first entry is what we most want people to do."""
    entry = Invitation(endpoint, text, order, more)
    if entry not in _front:
        _front.append(entry)
        _front.sort(key=lambda e: e.order)


def set_permission_check(may: Callable[[str], bool]) -> None:
    """Set how to tell whether the signed-in member of staff has a permission."""
    global _may
    _may = may


def _shown(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "href": url_for(e.endpoint),
            "text": gettext(e.text),
            "current": request.endpoint == e.endpoint,
            "more": gettext(e.more) if isinstance(e, Invitation) else "",
        }
        for e in entries
    ]


def init_app(app: Flask) -> None:
    """Give the layouts their menus."""

    def staff_menu() -> list[dict[str, Any]]:
        allowed = []
        for entry in _staff:
            declared = access.declared(app, entry.endpoint)
            if declared and (not declared.permission or _may(declared.permission)):
                allowed.append(entry)
        return _shown(allowed)

    app.jinja_env.globals.update(
        staff_menu=staff_menu,
        footer_links=lambda: _shown(_footer),
        own_entries=lambda: _shown(_own),
        front_entries=lambda: _shown(_front),
        organisation=lambda: config.settings().organisation,
        settings=config.settings,
    )
