"""What each way to the panel has brought: people by channel and category, as they may be shown.

A channel is `Member.source`. What channels and partners are called comes from `add_names`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from panel.models import Member, MemberEvent, MemberState, Profile
from panel.representation import disclosure
from panel.representation.counting import NOT_ANSWERED, PASSES
from panel.representation.disclosure import Shown

#: How far back joining is looked at.
SINCE = dt.timedelta(days=730)
#: Steps with which a membership ends.
ENDINGS = ("left", "removed", "lapsed")

#: Returns channel -> name in the reader's language, of those among the channels given that it knows.
Names = Callable[[Collection[str]], Mapping[str, str]]
_names: list[Names] = []


def add_names(names: Names) -> None:
    """Ask `names` what channels are called; it runs a bounded number of queries."""
    if names not in _names:
        _names.append(names)


def names_of(channels: Collection[str]) -> dict[str, str]:
    """Return what channels are called, as far as anybody knows."""
    found: dict[str, str] = {}
    for names in _names:
        found |= names(channels)
    return found


@dataclass(frozen=True)
class Brought:
    """Who joined: (channel, feature, category) -> how many, and channel -> how many in all, as they may be shown."""

    by_category: Mapping[tuple[str, str, str], Shown]
    in_all: Mapping[str, Shown]
    #: (feature, category) -> how many joined in the last year over all channels.
    last_year: Mapping[tuple[str, str], Shown]
    joined_last_year: int


_Counts = dict[tuple[str, str, str], list[int]]


@dataclass(frozen=True)
class Joined:
    """Exact counts, for `brought` and for rates of leaving; nothing of it is shown as it is."""

    #: (channel, feature, category) -> how many joined in two years, and in the last.
    counts: _Counts
    #: Area -> how many left in the last year.
    left_by_area: Mapping[str, int]
    #: How many memberships ended in the last year.
    left: int

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        rows = [[*key, *numbers] for key, numbers in self.counts.items()]
        return {"counts": rows, "left_by_area": dict(self.left_by_area), "left": self.left}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Joined:
        """Return what `to_json` was made of."""
        counts = {(row[0], row[1], row[2]): [row[3], row[4]] for row in data["counts"]}
        return cls(counts, data["left_by_area"], data["left"])


def collect() -> Joined:
    """Return who joined by each channel, of those still here: a query for each of PASSES and areas; and who left."""
    counts: _Counts = {}
    for names in PASSES:
        columns = [getattr(Profile, name) for name in names]
        query = _joined([Member.source, *columns]).outerjoin(Profile, Profile.member_id == Member.id)
        for source, *rest in db.session.execute(query):
            for feature, category in zip(names, rest[: len(names)], strict=True):
                if names == PASSES[0] or feature != "ethnic_group_5":  # it stands in two passes
                    _add(counts, (source, feature, category or NOT_ANSWERED), rest[len(names) :])
    for source, area_id, *numbers in db.session.execute(_joined([Member.source, Member.area_id])):
        _add(counts, (source, "area", str(area_id)), numbers)
    year_ago = clock.start_of_day(clock.today() - dt.timedelta(days=365))
    ended = sa.select(sa.func.count()).where(MemberEvent.kind.in_(ENDINGS), MemberEvent.at >= year_ago)
    areas = sa.select(Member.area_id, sa.func.count()).where(Member.left_at >= year_ago).group_by(Member.area_id)
    left_by_area = {str(area_id): n for area_id, n in db.session.execute(areas)}
    return Joined(counts, left_by_area, db.session.scalar(ended) or 0)


def brought(joined: Joined) -> Brought:
    """Return whom each channel has brought, as it may be shown."""
    return _shown(joined.counts)


def _add(counts: _Counts, key: tuple[str, str, str], numbers: Collection[int]) -> None:
    known = counts.setdefault(key, [0, 0])
    for place, number in enumerate(numbers):
        known[place] += int(number or 0)


def _joined(columns: Sequence[Any]) -> sa.Select[Any]:
    now = clock.now()
    lately = sa.func.sum(sa.case((Member.applied_at >= now - dt.timedelta(days=365), 1), else_=0))
    return (
        sa.select(*columns, sa.func.count(), lately)
        .select_from(Member)
        .where(
            Member.state.in_((MemberState.ACTIVE, MemberState.PAUSED, MemberState.LAPSED)),
            Member.applied_at >= now - SINCE,
        )
        .group_by(*columns)
    )


def _shown(counts: _Counts) -> Brought:
    by_category: dict[tuple[str, str, str], Shown] = {}
    in_all: dict[str, Shown] = {}
    years: dict[tuple[str, str], int] = {}
    for (source, feature, category), numbers in counts.items():
        years[(feature, category)] = years.get((feature, category), 0) + numbers[1]
        if feature == "area":
            in_all[source] = (in_all.get(source) or 0) + numbers[0]
    for source in in_all:
        for feature in {f for s, f, _ in counts if s == source}:
            parts = {c: n[0] for (s, f, c), n in counts.items() if (s, f) == (source, feature)}
            by_category |= {(source, feature, c): n for c, n in _protected(parts).items()}
    joined = sum(n for (feature, _), n in years.items() if feature == "area")
    last_year: dict[tuple[str, str], Shown] = {}
    for feature in {f for f, _ in years}:
        parts = {c: n for (f, c), n in years.items() if f == feature}
        last_year |= {(feature, c): n for c, n in _protected(parts).items()}
    whole = {s: None if disclosure.small(n or 0) else disclosure.rounded(n or 0) for s, n in in_all.items()}
    return Brought(by_category, whole, last_year, disclosure.rounded(joined))


def _protected(parts: Mapping[str, int]) -> dict[str, Shown]:
    """Return the parts of one whole as they may be shown, the whole being shown too."""
    counts = [*parts.values(), sum(parts.values())]
    total = len(parts)
    hidden = disclosure.hide(counts, [(total, tuple(range(total)))], (), [total])
    return {c: None if i in hidden else disclosure.rounded(n) for i, (c, n) in enumerate(parts.items())}
