"""What staff see of a draw: names of features and categories, the steps of its plan, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from core.database import db
from core.errors import N_
from i18n.web import listed, number, percent, words
from panel import purposes, queries
from panel.draws import chances, features, people, pools, quotas
from panel.draws.naming import Names, feature
from panel.lottery.changes import worded
from panel.models import Draw, DrawQuota, DrawState, Reply, Role
from panel.representation import disclosure, presenting

ROLES: dict[str, str] = {
    Role.CHOSEN: N_("Chosen"),
    Role.REPLACEMENT: N_("In place of somebody"),
    Role.RESERVE: N_("Reserve"),
}
REPLIES: dict[str, str] = {Reply.NONE: N_("No answer yet"), Reply.YES: N_("Yes"), Reply.DECLINED: N_("No")}


@dataclass(frozen=True)
class Step:
    """A page of the plan."""

    key: str
    title: str


STEPS = {
    step.key: step
    for step in (
        Step("about", N_("What people are chosen for")),
        Step("who", N_("Who can be chosen")),
        Step("size", N_("How many people")),
        Step("features", N_("What the group must be like")),
        Step("method", N_("How chances are shared out")),
        Step("responses", N_("How many will say yes")),
    )
}


def steps(draw: Draw, *, may_manage: bool) -> list[dict[str, Any]]:
    """Return the pages of the plan, whether each is done, and where it is, for those who may open it."""
    done = {"about": bool(draw.title), "size": draw.size is not None, "features": bool(draw.features)}
    found = [
        {
            "key": step.key,
            "title": _(step.title),
            "done": done.get(step.key, True),
            "href": url_for("draws.plan", draw_id=draw.id, step=step.key) if may_manage else None,
        }
        for step in STEPS.values()
    ]
    written = bool(quotas.of(draw.id))
    more = (
        ("quotas", _("How many of each"), written, "draws.quotas" if may_manage else None),
        ("pool", _("Who would be in the pool"), draw.size is not None, "draws.pool"),
        ("check", _("Is it possible?"), bool(draw.findings and draw.findings["possible"]), "draws.check"),
    )
    return found + [
        {"key": key, "title": text, "done": ready, "href": endpoint and url_for(endpoint, draw_id=draw.id)}
        for key, text, ready, endpoint in more
    ]


def facts(draw: Draw) -> list[dict[str, Any]]:
    """Return the lines of a summary of a draw."""
    areas = [a.name for a in queries.list_areas() if a.id in draw.audience.get("area_ids", [])]
    groups = [g.name for g in queries.list_groups() if g.id in draw.audience.get("group_ids", [])]
    return [
        {"key": _("Engagement"), "value": purposes.title(draw.engagement_id) or _("None")},
        {"key": _("Areas"), "value": listed(areas) or _("All areas")},
        {"key": _("Groups"), "value": listed(groups) or _("The whole panel")},
        {"key": _("People wanted"), "value": number(draw.size)},
        {"key": _("People drawn"), "value": _drawn(draw)},
        {"key": _("Reserves"), "value": number(draw.reserves)},
        {"key": _("Must be like the population in"), "value": _lines(feature(f) for f in draw.features)},
    ]


def _drawn(draw: Draw) -> str:
    """Return how many are drawn: of a plan that expects not everybody to say yes only the check can tell."""
    size = draw.draw_size or (draw.findings or {}).get("draw_size")
    if size is None and draw.expects_answers:
        return _("More than wanted: the check will tell")
    return number(size or draw.size)


def _lines(names: Iterable[str]) -> Markup:
    """Return names one under the other: in a sentence "age and sex and disability" may be two features or three."""
    return Markup("<br>").join(names)


def quota_groups(rows: Sequence[DrawQuota]) -> list[dict[str, Any]]:
    """Return the quotas by feature, each with its name and the names of its categories."""
    names = Names()
    groups: list[dict[str, Any]] = []
    for row in rows:
        if not groups or groups[-1]["key"] != row.feature:
            groups.append({"key": row.feature, "name": feature(row.feature), "rows": []})
        groups[-1]["rows"].append({"name": names.category(row.feature, row.category), "quota": row})
    return groups


def preview(draw: Draw, *, exact: bool) -> dict[str, Any]:
    """Return who would be in the pool if it were fixed now, and who is left out.

    Whoever plans the draw sees `exact` numbers, as quotas hang on them; everybody else those that may be shown.
    """
    counted = pools.counted(draw, draw.features)
    names, told = Names(), _Seats.of(draw)
    tables = []
    for key, found in counted.by_feature.items():
        wanted = told.wanted.get(key, {})
        order = features.categories(key) or sorted({*found, *wanted} - {pools.NOT_SAID})
        there = [c for c in [*order, pools.NOT_SAID] if found.get(c) or wanted.get(c, (0, 0))[0]]
        if exact:
            seats = chances.seats(found, wanted, told.size)
            lines = [_pool_line(names.category(key, c), found.get(c, 0), wanted.get(c), seats.get(c)) for c in there]
        else:
            lines = [(names.category(key, c), words, "", "") for c, words in _not_exact(found, there)]
        tables.append({"name": feature(key), "rows": lines})
    same = draw.algorithm == "random" and counted.free and told.size
    meant, free = (n if exact else disclosure.rounded(n) for n in (counted.meant, counted.free))
    return {
        "free": free,
        "out": meant - free,
        "tables": tables,
        "expected": exact and bool(told.wanted),
        "drawn": told.size if draw.expects_answers and told.wanted else None,
        "check_first": exact and told.check_first,
        "same": min(1.0, told.size / counted.free) if exact and same else None,
        "exact": exact,
    }


def _not_exact(found: Mapping[str, int], order: Sequence[str]) -> list[tuple[str, str]]:
    """Return (category, how many as it may be shown) in `order`."""
    counts = [found.get(category, 0) for category in order]
    total = sum(counts)
    few = disclosure.small(total)
    hidden = disclosure.hide([*counts, total], [(len(counts), tuple(range(len(counts))))], (), [len(counts)])
    shown = [None if few or place in hidden else disclosure.rounded(n) for place, n in enumerate(counts)]
    return [(c, presenting.count(n)) for c, n in zip(order, shown, strict=True)]


@dataclass(frozen=True)
class _Seats:
    """How many are drawn, and (feature -> category -> least, most) of them; nothing wanted where it is not told."""

    size: int
    wanted: Mapping[str, Mapping[str, tuple[int, int]]]
    #: More are drawn than wanted, and only the check tells how many of each.
    check_first: bool = False

    @classmethod
    def of(cls, draw: Draw) -> _Seats:
        rows: Iterable[Sequence[Any]] = [(q.feature, q.category, q.least, q.most) for q in quotas.of(draw.id)]
        size = draw.size or 0
        if draw.expects_answers:
            told = draw.findings or {}
            size, rows = told.get("draw_size", 0), told.get("drawn", ())
        wanted: dict[str, dict[str, tuple[int, int]]] = {}
        for key, category, least, most in rows if draw.algorithm != "random" else ():
            wanted.setdefault(key, {})[category] = (least, most)
        return cls(size, wanted, check_first=draw.expects_answers and not size)


def _pool_line(
    name: str, count: int, wanted: tuple[int, int] | None, seats: tuple[int, int] | None
) -> tuple[str, str, str, str]:
    """Return a category's name, its people in the pool, how many of them can be chosen, and their chance on average."""
    people = number(count)
    if wanted and count < wanted[0]:
        return name, people, _("At least %(count)s: too few people", count=number(wanted[0])), ""
    if not seats:
        return name, people, "", ""
    low, high = seats
    shares = [percent(seat / count) for seat in seats] if count else []
    return name, people, _span(number(low), number(high)), _span(*shares) if shares else ""


def _span(low: str, high: str) -> str:
    # Isolated, or a percent sign changes sides after an Arabic word.
    return low if low == high else _("%(low)s to %(high)s", low=f"\u2066{low}\u2069", high=f"\u2066{high}\u2069")


def feature_choices(draw: Draw) -> list[tuple[str, str]]:
    """Return (key, name) of every feature the draw may keep to; joint ones where they have figures or are chosen."""
    return [(key, feature(key)) for key in features.choices(draw)]


def suggestions(found: dict[str, Any]) -> list[str]:
    """Return what would make a draw possible, in whole sentences with names instead of keys."""
    names = Names()
    out = []
    for change in found.get("suggestions", []):
        said = dict(change)
        if "category" in said:
            said["feature"] = names.category(said["category"], said["feature"])
            said["category"] = feature(said["category"])
        out.append(words(worded(said)))
    return out


def person_rows(draw: Draw, offset: int) -> tuple[list[dict[str, Any]], bool]:
    """Return a page of those drawn, by number and without names, and whether there are more."""
    found = people.page_of_people(draw.id, offset)
    rows = [
        {"person": p, "role": _(ROLES[p.role]), "reply": _(REPLIES[p.reply]), "may_reply": p.role != Role.RESERVE}
        for p in found[: people.PAGE_SIZE]
    ]
    return rows, len(found) > people.PAGE_SIZE


def choices_of_published(limit: int = 50) -> list[tuple[int, str]]:
    """Return (id, title) of published draws, whose people may be invited."""
    rows = db.session.execute(
        sa.select(Draw.id, Draw.title).where(Draw.state == DrawState.PUBLISHED).order_by(Draw.id.desc()).limit(limit)
    )
    return [(draw_id, text) for draw_id, text in rows]
