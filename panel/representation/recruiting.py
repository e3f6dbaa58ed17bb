"""Whom to recruit next: which groups and places will be short by a month to come, how many, and by which channel.

For a category c of a feature, with P_c its share of the population and M the size the panel is meant to have:

    now       n_c, of those who said, scaled up to the whole panel (those who did not say are taken to be alike)
    leaving   λ_c = (D_c + 8) / (E_c + 8/λ) a month: D_c who left, E_c member-months, pulled towards the rate λ of the
              whole panel with the weight of eight leavers; fewer than eight leavers of a group tell nothing: λ_c = λ
    joining   j_c a month: those who joined in the last year, over twelve
    forecast  f_c = n_c (1 − λ_c)^m + j_c Σ_{i<m} (1 − λ_c)^i after m months, if nothing is done
    needed    P_c M − f_c, where that is above nought
    rank      needed / sqrt(P_c M), the Pearson residual: so a small group that is far off comes before a large one
              that is off by as many

All is worked out from numbers as they may be shown, so it gives no small number away: hidden ones are taken to be what
the shown ones leave, in proportion to the population.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from panel.models import DepartureTally
from panel.representation import channels, comparing, disclosure, shown, targets
from panel.representation.channels import Brought, Joined
from panel.representation.comparing import Comparison, Table
from panel.representation.counting import PANEL
from panel.representation.features import OWN
from panel.services.departures import quarter_of

_YEAR = dt.timedelta(days=365)
#: A group short by fewer is not worth a campaign.
_LEAST = 3
MOST_MONTHS = 36
_CHANNELS, _PLACES = 2, 2


@dataclass(frozen=True)
class Channel:
    """What a channel brought of a group: `part` of `whole`, in two years."""

    key: str
    part: int
    whole: int


@dataclass(frozen=True)
class Short:
    """A group or place that will be short."""

    feature: str
    category: str
    aim: int
    #: None where it is too small to be shown.
    now: int | None
    forecast: int
    needed: int
    weight: float
    channels: Sequence[Channel]
    #: Codes of the places that lack most of this group; only where the panel tells.
    places: Sequence[str]


@dataclass(frozen=True)
class Plan:
    """The list, and the panel as a whole."""

    month: dt.date
    size: int
    now: int
    forecast: int
    #: Of the whole panel, a month.
    joining: float
    leaving: float
    groups: Sequence[Short]
    comparison: Comparison


def months_until(month: dt.date, today: dt.date) -> int:
    """Return how many months from now the month begins, from 0 to MOST_MONTHS."""
    return max(0, min(MOST_MONTHS, 12 * (month.year - today.year) + month.month - today.month))


def forecast(now: float, joining: float, leaving: float, months: int) -> float:
    """Return how many there will be after `months`, with `joining` people and a share `leaving` each month."""
    stays = 1 - min(1.0, max(0.0, leaving))
    if months <= 0:
        return now
    brought = joining * (months if stays == 1 else (1 - stays**months) / (1 - stays))
    return now * stays**months + brought


def plan(month: dt.date, size: int | None = None) -> Plan:
    """Return whom to recruit by the beginning of `month` for a panel of `size` (by default what it is now)."""
    made = comparing.compare()
    brought = channels.brought(made.kept.joined)
    now = made.everybody[PANEL] or 0
    months = months_until(month, clock.today())
    rates = _Rates(now, brought, made.kept.joined)
    aim = size or now
    groups = [g for table in made.tables for g in _of_table(table, made, rates, brought, (aim, months))]
    groups.sort(key=lambda g: (-g.weight, g.feature, g.category))
    later = forecast(now, rates.joining, rates.leaving, months)
    return Plan(month, aim, now, round(later), rates.joining, rates.leaving, groups, made)


class _Rates:
    """Joining and leaving a month, of the whole panel and of groups."""

    def __init__(self, now: int, brought: Brought, joined: Joined) -> None:
        self._brought = brought
        today = clock.today()
        self._since = quarter_of(today - _YEAR)
        self._months = max(1.0, (today - self._since).days / 30.4375)
        self.joining = brought.joined_last_year / 12
        left = disclosure.rounded(joined.left)
        self.leaving = left / (12 * (now + left / 2)) if now + left else 0.0
        self._left = self._by_group() | {("area", area): n for area, n in joined.left_by_area.items()}

    def _by_group(self) -> dict[tuple[str, str], int]:
        tally = DepartureTally
        rows = db.session.execute(
            sa.select(tally.feature, tally.category, sa.func.sum(tally.count))
            .where(tally.quarter >= self._since)
            .group_by(tally.feature, tally.category)
        )
        return {(feature, category): int(n) for feature, category, n in rows}

    def leaving_of(self, keys: Sequence[tuple[str, str]], now: float) -> float:
        """Return the share of a group that leaves in a month; the group is the sum of (feature, category)."""
        left = sum(self._left.get(key, 0) for key in keys)
        if left < disclosure.THRESHOLD or self.leaving <= 0:
            return self.leaving
        left = disclosure.rounded(left)
        prior = disclosure.THRESHOLD
        return (left + prior) / (now * self._months + prior / self.leaving)

    def joining_of(self, keys: Sequence[tuple[str, str]]) -> float:
        """Return how many of a group join in a month."""
        found = [self._brought.last_year.get(key, 0) for key in keys]
        return sum(shown.MIDDLE if n is None else n for n in found) / 12


def _of_table(table: Table, made: Comparison, rates: _Rates, brought: Brought, goal: tuple[int, int]) -> list[Short]:
    if table.feature not in OWN and table.feature != "area":
        return []
    size, months = goal
    shares = {line.category: line.population_share or 0.0 for line in table.lines}
    known = shown.estimated(
        {line.category: line.stages[PANEL].count for line in table.lines}, table.bases[PANEL], shares
    )
    base = sum(known.values())
    groups = []
    for line in table.lines:
        if line.population_share is None or not base:
            continue
        figure = line.stages[PANEL]
        now = known[line.category] * (made.everybody[PANEL] or 0) / base
        keys = _keys(table.feature, line.category, made)
        later = forecast(now, rates.joining_of(keys), rates.leaving_of(keys, now), months)
        aim = line.population_share * size
        if aim - later >= _LEAST:
            groups.append(
                Short(
                    table.feature, line.category, round(aim),
                    None if figure.count is None else round(now), round(later), math.ceil(aim - later),
                    (aim - later) / math.sqrt(aim), _channels(keys, brought),
                    _places(table.feature, line.category, shares, made),
                )
            )  # fmt: skip
    return groups


def _keys(feature: str, category: str, made: Comparison) -> list[tuple[str, str]]:
    """Return what a category is called where joining and leaving are counted: places by all areas inside them."""
    if feature != "area":
        return [(feature, category)]
    place = next(a for a in made.areas if a.code == category)
    return [("area", str(area_id)) for area_id in sorted(i for i in made.shown.geography.inside(place.id) if i)]


def _channels(keys: Sequence[tuple[str, str]], brought: Brought) -> list[Channel]:
    """Return the channels that brought most of the group for their size, of those that brought eight or more of it."""
    found = []
    for source, whole in brought.in_all.items():
        parts = [brought.by_category.get((source, *key), 0) for key in keys]
        part = sum(n or 0 for n in parts)
        if whole and part >= disclosure.THRESHOLD:
            found.append(Channel(source, part, whole))
    found.sort(key=lambda c: (-c.part / c.whole, -c.part, c.key))
    return found[:_CHANNELS]


def _places(feature: str, category: str, shares: Mapping[str, float], made: Comparison) -> list[str]:
    """Return the places that lack most of a group; `shares` are those of everywhere, for where none are loaded."""
    residents: Mapping[str, int] = made.figures.get((made.area.id, "area"), {})
    total = sum(residents.values())
    if feature == "area" or not total:
        return []
    lacks = []
    for place in made.shown.geography.children.get(made.area.id, []):
        own = targets.of_feature(made.figures, place.id, made.catalogue[feature])
        here = {c: n / sum(own.values()) for c, n in own.items()} if sum(own.values()) else shares
        counts = made.shown.of(feature, PANEL, place.id)
        base = shown.base(
            made.shown.whole(PANEL, place.id), counts, made.shown.silent(feature, PANEL, place.id), own_category=False
        )
        if base is None:
            continue
        aim = here.get(category, 0.0) * residents.get(place.code, 0) / total * (made.everybody[PANEL] or 0)
        missing = aim - shown.estimated({c: counts[c] for c in shares}, base, here)[category]
        if missing >= _LEAST:
            lacks.append((missing, place.code))
    return [code for _missing, code in sorted(lacks, reverse=True)[:_PLACES]]
