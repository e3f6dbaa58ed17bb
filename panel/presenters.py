"""From what is held to what a page needs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from core.errors import N_
from i18n import languages, negotiation
from i18n.web import day, listed, number, percent
from panel import groups
from panel.consents import PURPOSES
from panel.group_lists import Own
from panel.models import Area, Group, GroupMembership, Joining, MemberEvent, MemberState, Route
from panel.steps.base import Row, Step
from panel.steps.contact import ROUTES
from panel.steps.needs import FORMATS

STATES: dict[str, tuple[str, str]] = {
    MemberState.APPLIED: (N_("Waiting to be confirmed"), "yellow"),
    MemberState.ACTIVE: (N_("On the panel"), "green"),
    MemberState.PAUSED: (N_("Paused"), "blue"),
    MemberState.LAPSED: (N_("Not heard from"), "grey"),
    MemberState.LEFT: (N_("Left"), "grey"),
    MemberState.REMOVED: (N_("Removed"), "grey"),
}
EVENTS: dict[str, str] = {
    "applied": N_("Asked to join"),
    "confirmed": N_("Confirmed"),
    "paused": N_("Paused"),
    "resumed": N_("Came back from a break"),
    "bounced": N_("A message came back"),
    "reviewed": N_("Asked whether to stay"),
    "stayed": N_("Wanted to stay"),
    "lapsed": N_("Not heard from"),
    "returned": N_("Came back"),
    "left": N_("Left"),
    "removed": N_("Removed"),
}
#: The same steps, told to the person.
OWN_EVENTS: dict[str, str] = {
    "applied": N_("You asked to join."),
    "confirmed": N_("You became a member."),
    "paused": N_("You began a break."),
    "resumed": N_("Your break ended."),
    "bounced": N_("A message to you came back to us."),
    "reviewed": N_("We asked you if you want to stay, because we had not heard from you."),
    "stayed": N_("You told us that you want to stay."),
    "lapsed": N_("We stopped asking you to take part, because we had not heard from you."),
    "returned": N_("You came back."),
}
#: Why somebody was removed, told to the person; keys as in panel.forms.staff.REASONS.
REMOVAL: dict[str, str] = {
    "asked": N_("You asked us to."),
    "moved": N_("You told us that you have moved away."),
    "not_reached": N_("Our messages did not reach you."),
    "conduct": N_("The rules for taking part together were not kept."),
}
MILESTONES: dict[str, str] = {
    "first_answer": N_("Thank you for answering your first survey"),
    "tenth_answer": N_("Thank you for answering ten surveys"),
    "one_year": N_("Thank you for one year on the panel"),
}


def summary(
    steps: Iterable[Step], details: Mapping[str, Any], href: Callable[[Step], str | None]
) -> list[dict[str, Any]]:
    """Return the lines of a summary list: what was told, each with the address of the page that changes it."""
    lines = []
    for step in steps:
        for row in step.rows(details):
            lines.append({"key": row.key, "value": shown(row), "href": href(step), "change": row.key})
    return lines


def shown(row: Row) -> Markup:
    """Return what a row says, line by line, set apart from the direction of the page where it has one of its own."""
    value = Markup("<br>").join(escape(part.strip()) for part in row.value.split("\n"))
    return Markup('<bdi dir="ltr">{}</bdi>').format(value) if row.left_to_right and value else value


def state(key: str) -> dict[str, str]:
    """Return the words and colour of a state's tag."""
    words, colour = STATES[MemberState(key)]
    return {"text": _(words), "kind": colour}


def event(step: MemberEvent) -> str:
    """Return what a step of a membership is called."""
    return _(EVENTS[step.kind]) if step.kind in EVENTS else step.kind


def own_event(step: MemberEvent) -> str:
    """Return a step of a membership in words for the person."""
    return _(OWN_EVENTS[step.kind]) if step.kind in OWN_EVENTS else event(step)


def removal_reason(key: str) -> str:
    """Return why somebody was removed, in words for the person."""
    return _(REMOVAL[key]) if key in REMOVAL else ""


def milestone_words(key: str) -> str:
    """Return what a member is thanked for."""
    return _(MILESTONES[key])


def group_reason(key: str) -> str:
    """Return why somebody was taken out of a group, in words for the person."""
    return _(groups.REASONS[key]) if key in groups.REASONS else ""


def own_group(own: Own) -> dict[str, Any]:
    """Return what a member's list of groups says about one of them."""
    words = groups.words_of(own.group, negotiation.current().tag)
    if own.since:
        stands = _("You belong to it since %(day)s.", day=day(own.since))
    elif own.request and own.request.kind == "invitation":
        stands = _("We invited you to join.")
    elif own.request:
        stands = _("You have asked to join. We will write to you.")
    elif own.group.joining == Joining.OPEN:
        stands = _("You can join.")
    else:
        stands = _("You can ask to join.")
    return {"id": own.group.id, "words": words, "stands": stands, "belongs": own.since is not None}


def group_rules(group: Group, wanted: Iterable[int], areas: Iterable[Area]) -> list[dict[str, Any]]:
    """Return the lines of a summary list of a group's rules, for staff."""
    names = {area.id: area.name for area in areas}
    ages = _("Any")
    if group.minimum_age is not None or group.maximum_age is not None:
        ages = "–".join("" if age is None else str(age) for age in (group.minimum_age, group.maximum_age))
    return [
        {"key": _("How people join"), "value": _(groups.JOINING[group.joining])},
        {"key": _("Age"), "value": ages},
        {"key": _("Areas"), "value": listed(names[area] for area in wanted) or _("Everybody")},
        {"key": _("Whom it should be like"), "value": _(groups.MIRRORS[group.mirrors])},
        {"key": _("Members wanted"), "value": group.size_wanted or _("Not set")},
        {"key": _("Rotation"), "value": _rotation_rule(group)},
        {"key": _("Nobody joins from"), "value": day(group.closed_on) or _("Not set")},
    ]


def _rotation_rule(group: Group) -> str:
    if group.rotation_share is None or group.rotation_after is None:
        return _("Not set")
    return _(
        "Each year %(share)s make room, drawn by lot from those who have belonged for %(months)s months or more. "
        "They can come back after %(back)s months.",
        share=percent(group.rotation_share / 100),
        months=number(group.rotation_after),
        back=number(group.rotation_return),
    )


def tenures(group: Group, counts: Sequence[int]) -> list[list[Any]]:
    """Return rows of how many have belonged how long, for staff who may see each member anyway."""
    bounds = group.tenure_months
    labels = [
        _("Less than %(end)s months", end=bounds[0]),
        *[_("%(start)s to %(end)s months", start=a, end=b) for a, b in itertools.pairwise(bounds)],
        _("%(start)s months or more", start=bounds[-1]),
    ]
    return [[label, number(count)] for label, count in zip(labels, counts, strict=True)]


def own_group_history(found: Iterable[tuple[Group, GroupMembership]]) -> list[dict[str, Any]]:
    """Return each time a member belonged to a group, in words for them."""
    tag, lines = negotiation.current().tag, []
    for group, belonging in found:
        name = groups.words_of(group, tag).name
        if belonging.left_at is None:
            text = _("Since %(start)s", start=day(belonging.joined_at))
        else:
            text = _("%(start)s to %(end)s", start=day(belonging.joined_at), end=day(belonging.left_at))
        why = group_reason(belonging.reason or "")
        if belonging.left_because == "rotated":
            why = _("You were drawn by lot to make room for others.")
        lines.append({"name": name, "when": text, "why": why})
    return lines


def consent_lines(said: Mapping[str, bool]) -> list[dict[str, Any]]:
    """Return the lines of a summary list of consents; being on the panel is changed by leaving."""
    lines = []
    for purpose in PURPOSES.values():
        words = _("Yes, I agree") if said.get(purpose.key) else _("No")
        page = None if purpose.key == "panel" else url_for("panel.change_consent", purpose=purpose.key)
        lines.append({"key": _(purpose.short), "value": words, "href": page, "change": _(purpose.short)})
    return lines


def route(key: str) -> str:
    """Return how somebody is reached, in words."""
    return _(ROUTES[Route(key)])


def language(tag: str) -> str:
    """Return a language's own name."""
    return languages.get(tag).name


def formats(keys: Iterable[str]) -> Markup:
    """Return the formats somebody needs, one a line."""
    return Markup("<br>").join(escape(name) for name in format_names(keys))


def format_names(keys: Iterable[str]) -> list[str]:
    """Return the formats somebody needs, in words, always in the same order."""
    wanted = set(keys)
    return [_(name) for key, name in FORMATS.items() if key in wanted]


def source(key: str, sources: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return how somebody came to us; `names` says what channels and partners are called."""
    kind, _colon, short = key.partition(":")
    name = names.get(key, short)
    if kind == "channel":
        return _("By the channel “%(name)s”", name=name)
    if kind == "partner" and name:
        return _("Through the partner “%(name)s”", name=name)
    return _(sources[key]) if key in sources else _("Online") if key == "online" else key
