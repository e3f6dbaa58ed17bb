"""Every page there is: the URL map with real values in it, so that a new page cannot be forgotten."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from core import access

#: What answers GET and is no page: files, feeds, JSON, pictures.
NOT_PAGES = {
    "expenses.figures_csv",
    "expenses.figures_xlsx",
    "claims.receipt_file",
    "expenses.receipt",
    "expenses.letter",
    "repaying.printed",
    "health",
    "feedback.funnel_csv",
    "feedback.funnel_pdf",
    "feedback.funnel_xlsx",
    "directory.feed",
    "lottery.audit_file",
    "lottery.audit_pdf",
    "lottery.commitment_file",
    "directory.feed_here",
    "panel.figures_csv",
    "panel.figures_xlsx",
    "panel.channel_code",
    "panel.channel_print",
    "panel.import_report",
    "panel.own_copy_file",
    "results.answers_csv",
    "results.counts_csv",
}


@dataclass(frozen=True)
class Address:
    """One address to visit, and as whom: public, member or staff."""

    endpoint: str
    path: str
    kind: str


class Values:
    """Where the values in addresses come from: by `endpoint.argument` first, then by the argument's name alone."""

    def __init__(self, **by_name: object) -> None:
        self.by_name = by_name
        self.by_endpoint: dict[tuple[str, str], object] = {}
        self.skipped: dict[str, str] = {}

    def at(self, endpoint: str, **values: object) -> None:
        """Use `values` for the addresses of `endpoint`."""
        self.by_endpoint |= {(endpoint, name): value for name, value in values.items()}

    def skip(self, reason: str, *endpoints: str) -> None:
        """Leave out pages that can only be reached through another one; a journey or a test of their own opens them."""
        self.skipped |= dict.fromkeys(endpoints, reason)

    def of(self, endpoint: str, name: str) -> object:
        value = self.by_endpoint.get((endpoint, name), self.by_name.get(name))
        assert value is not None, f"{endpoint}: say in tests/support/walk.py what stands for <{name}>"
        return value


def addresses(app: Flask, values: Values) -> list[Address]:
    """Return every address that shows a page, each rule at least once."""
    adapter = app.url_map.bind("127.0.0.1")
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not set(values.skipped) - known, f"no such pages: {set(values.skipped) - known}"
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        declared = access.declared(app, rule.endpoint)
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_PAGES | set(values.skipped) or declared is None:
            continue
        for filled in _filled(rule, values):
            path = adapter.build(rule.endpoint, filled, method="GET")
            found.append(Address(rule.endpoint, path, declared.kind))
    return found


def _filled(rule: Rule, values: Values) -> Iterator[Mapping[str, Any]]:
    """Yield the values of a rule's arguments; each of the words that a rule names is taken once."""
    names = sorted(rule._converters)  # not those that a rule itself gives
    choices = []
    for name in names:
        converter = rule._converters.get(name)
        if isinstance(converter, AnyConverter) and (rule.endpoint, name) not in values.by_endpoint:
            choices.append(sorted(converter.items))
        else:
            value = values.of(rule.endpoint, name)
            choices.append(value if isinstance(value, list) else [value])
    for combination in itertools.product(*choices):
        yield dict(zip(names, combination, strict=True))


@dataclass(frozen=True)
class EmptiedForm:
    """A form as somebody sends it who fills in nothing."""

    action: str
    emptied: dict[str, str]


def forms(response: Any) -> list[EmptiedForm]:
    """Return the forms of a page that ask for something, each with nothing filled in."""
    if not hasattr(response, "page"):  # it leads elsewhere
        return []
    found = []
    for form in response.page.one("main").iter("form"):
        asks = [e for e in form.iter() if e.tag in {"input", "textarea", "select"} and e.get("type") != "hidden"]
        if form.get("method", "get").lower() == "post" and asks:
            kept = [e for e in form.iter("input") if e.get("type") == "hidden"]
            buttons = [e for e in form.iter("button") if e.get("name")][:1]
            values = {e.get("name", ""): e.get("value", "") for e in (*kept, *buttons)}
            found.append(EmptiedForm(form.get("action", ""), values))
    return found
