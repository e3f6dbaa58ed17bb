"""The menus: each room adds its own entries when it is connected, and the layouts show those a person may open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from core import access, config
from core.errors import N_


@dataclass(frozen=True)
class Section:
    """A word of the staff menu, which leads to the first page of it that a person may open."""

    text: str


HOME = Section(N_("Home"))
PANEL = Section(N_("Panel"))
ENGAGEMENTS = Section(N_("Engagements"))
EXPENSES = Section(N_("Expenses"))
MESSAGES = Section(N_("Messages"))
ADMINISTRATION = Section(N_("Administration"))
#: In the order of the menu.
SECTIONS = (HOME, PANEL, ENGAGEMENTS, EXPENSES, MESSAGES, ADMINISTRATION)


@dataclass(frozen=True)
class Entry:
    """A line of a menu: `text` is marked with N_ and translated when shown; lower `order` comes first."""

    endpoint: str
    text: str
    order: int


@dataclass(frozen=True)
class Page(Entry):
    """A page of a section of the staff menu; `folders` name further pages under /staff/ that belong to it."""

    section: Section
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invitation(Entry):
    """A line of the front page: `more` says in a sentence what the link is for."""

    more: str


_staff: list[Page] = []
_front: list[Invitation] = []
_footer: list[Entry] = []
_own: list[Entry] = []
#: Says whether the signed-in member of staff has a permission; `accounts` sets it.
_may: Callable[[str], bool] = lambda permission: False  # noqa: E731


def add_staff_entry(endpoint: str, text: str, order: int, section: Section, *, folders: tuple[str, ...] = ()) -> None:
    """Put a page into a section of the staff menu; who sees it follows from what its route declares."""
    entry = Page(endpoint, text, order, section, folders)
    if entry not in _staff:
        _staff.append(entry)
        _staff.sort(key=lambda e: (SECTIONS.index(e.section), e.order))


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


def _folder(path: str) -> str:
    return path.strip("/").partition("/")[2].partition("/")[0]


def _holds_this_page(entry: Page) -> bool:
    """Return whether the page that is shown is `entry` or lies in one of its folders: /staff/FOLDER/…"""
    if request.endpoint == entry.endpoint:
        return True
    folder = _folder(request.path)
    return bool(folder) and folder in {_folder(url_for(entry.endpoint)), *entry.folders}


def _entry_here() -> Page | None:
    """Return the entry that holds the page that is shown, of several the one whose address leads furthest to it."""
    holding = [entry for entry in _staff if _holds_this_page(entry)]
    return max(holding, key=_nearness, default=None)


def _nearness(entry: Page) -> tuple[bool, int]:
    """Return how near an entry is to the page that is shown: itself, else the length of the path both begin with."""
    path = url_for(entry.endpoint).rstrip("/")
    return request.endpoint == entry.endpoint, len(path) if f"{request.path}/".startswith(f"{path}/") else 0


def _allowed(app: Flask) -> list[Page]:
    allowed = []
    for entry in _staff:
        declared = access.declared(app, entry.endpoint)
        if declared and (not declared.permission or _may(declared.permission)):
            allowed.append(entry)
    return allowed


def _staff_menu(app: Flask) -> list[dict[str, Any]]:
    """Return the sections that have a page for the person who asks, each with those pages."""
    here = _entry_here()
    # A page that only shares its folder with several entries belongs to their section, and to none of them.
    marked = here if here and (any(_nearness(here)) or _is_alone(here)) else None
    allowed = _allowed(app)
    sections = []
    for section in SECTIONS:
        if entries := [entry for entry in allowed if entry.section is section]:
            pages = [page | {"here": entry is marked} for page, entry in zip(_shown(entries), entries, strict=True)]
            found = {"href": pages[0]["href"], "text": gettext(section.text), "pages": pages}
            sections.append(found | {"here": here is not None and section is here.section})
    return sections


def _is_alone(entry: Page) -> bool:
    return [other for other in _staff if _holds_this_page(other)] == [entry]


def init_app(app: Flask) -> None:
    """Give the layouts their menus."""

    app.jinja_env.globals.update(
        staff_menu=lambda: _staff_menu(app),
        footer_links=lambda: _shown(_footer),
        own_entries=lambda: _shown(_own),
        front_entries=lambda: _shown(_front),
        organisation=lambda: config.settings().organisation,
        settings=config.settings,
    )
