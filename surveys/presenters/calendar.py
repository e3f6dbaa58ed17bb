"""The calendar of asking, in words and rounded numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from core.errors import N_
from i18n.web import day, number
from panel.asking import Asked
from panel.models import AskKind
from surveys.disclosure import THRESHOLD, one_way
from surveys.queries.calendar import Planned

KINDS: dict[str, str] = {
    AskKind.SURVEY: N_("Survey"),
    AskKind.EVENT: N_("Event"),
    AskKind.READING: N_("Reading"),
    AskKind.OTHER: N_("Other"),
}
#: Members asked at least so often are shown as one group.
_OFTEN = 6


def people(count: int) -> str:
    """Return a count as it may be shown: 1 to 7 are not told apart, the rest is rounded to 5."""
    if 0 < count < THRESHOLD:
        return _("fewer than 8")
    return number((count + 2) // 5 * 5)


def coming(found: Iterable[Planned], names: Mapping[int, str], titles: Mapping[int, str]) -> list[list[Any]]:
    """Return a row for each fieldwork that asks: what, when, how many are meant, can be asked, cannot and why."""
    return [
        [
            _link(url_for("fieldwork.show", fieldwork_id=each.fieldwork.id), names[each.fieldwork.survey_id]),
            titles.get(each.engagement_id, ""),
            day(each.day),
            *map(people, (each.outlook.meant, each.outlook.free, each.outlook.asked_enough, each.outlook.quiet)),
        ]
        for each in found
    ]


def past(found: Iterable[Asked], titles: Mapping[int, str]) -> list[list[Any]]:
    """Return a row for each thing members were asked for."""
    return [
        [titles.get(each.engagement_id or 0, ""), _(KINDS[each.kind]), day(each.first), people(each.members)]
        for each in found
    ]


def burden(counts: Mapping[int, int]) -> list[list[str]]:
    """Return rows of how many members were asked how often, without small numbers or what gives them away."""
    grouped: dict[str, int] = {}
    for times, members in sorted(counts.items()):
        key = str(min(times, _OFTEN))
        grouped[key] = grouped.get(key, 0) + members
    shown = one_way(grouped)
    return [[_times(int(key)), _("not shown") if count is None else people(count)] for key, count in shown.items()]


def _times(times: int) -> str:
    if times == 0:
        return _("Not asked")
    if times == _OFTEN:
        return _("%(times)s times or more", times=times)
    return _("Once") if times == 1 else _("%(times)s times", times=times)


def _link(href: str, words: str) -> Markup:
    return Markup('<a href="{}" translate="no">{}</a>').format(href, words)
