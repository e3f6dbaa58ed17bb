"""How like its targets a group is: population, what the group should be, and what it is, of each feature it mirrors.

Counts are shown by the rule of every other figure (`shown.py`): a group is a small panel, whose number of members is
known to whoever sees it and whose categories are not.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import group_lists, kept, queries
from panel.models import Group, GroupMembership
from panel.representation import comparing, counting, features, keeping, shown, targets
from panel.representation.comparing import Line
from panel.representation.counting import NOT_ANSWERED, PANEL, Counted
from panel.representation.disclosure import Shown
from panel.representation.features import Feature
from panel.representation.shown import Geography, ShownCounts

#: From so many members on the worker keeps the counts of a group.
MANY = 2_000
#: Too fine to be aimed at by a group that is to be like the population.
_TOO_FINE = "ethnic_group_19"


@dataclass(frozen=True)
class Row:
    """One category: its line, with the group as the one stage, aimed at what the group should be."""

    line: Line
    #: The population's share; None where no target is loaded.
    population: float | None


@dataclass(frozen=True)
class Table:
    """One feature a group is compared by."""

    feature: str
    rows: Sequence[Row]
    not_answered: Shown


@dataclass(frozen=True)
class Comparison:
    """All features a group is compared by; `own` where the group has shares of its own."""

    own: bool
    tables: Sequence[Table]
    catalogue: Mapping[str, Feature]


def compare(group: Group) -> Comparison:
    """Return a group beside its targets; without tables where there is nothing to aim at."""
    areas = queries.list_areas()
    if group.mirrors == "none" or not areas:
        return Comparison(False, [], {})
    geography, catalogue = Geography(areas), features.catalogue()
    wanted = group_lists.area_ids(group.id)
    place = wanted[0] if len(wanted) == 1 else geography.root.id
    builder = _Builder(group, place, ShownCounts(_counted(group), catalogue, geography), catalogue)
    own = group.mirrors == "own"
    keys = list(group.quotas) if own else [key for key in features.OWN if key != _TOO_FINE]
    tables = [builder.table(catalogue[key], own=own) for key in keys if key in catalogue]
    return Comparison(own, [table for table in tables if table is not None], catalogue)


class _Builder:
    def __init__(self, group: Group, place: int, made: ShownCounts, catalogue: Mapping[str, Feature]) -> None:
        self.group, self.place, self.shown = group, place, made
        self.figures = targets.figures([place])
        self.root = made.geography.root.id

    def table(self, feature: Feature, *, own: bool) -> Table | None:
        """Return a feature, None where there is nothing to aim at."""
        lives = self._population(feature)
        aimed = _whole_of(self.group.quotas[feature.key]) if own else lives
        if not sum(aimed.values()):
            return None
        here = self.shown.of(feature.key, PANEL, self.root)
        silent = self.shown.silent(feature.key, PANEL, self.root)
        base = shown.base(self.shown.whole(PANEL, self.root), here, silent, own_category=False)
        categories = [category for category in feature.categories if category in aimed]
        made = comparing.table(feature.key, categories, aimed, {PANEL: here}, {PANEL: base}, {})
        everybody = sum(lives.values())
        rows = [Row(line, lives.get(line.category, 0) / everybody if everybody else None) for line in made.lines]
        return Table(feature.key, rows, here[NOT_ANSWERED])

    def _population(self, feature: Feature) -> dict[str, int]:
        """Return the figures of the group's place; of ages only those the group is for."""
        found = targets.of_feature(self.figures, self.place, feature)
        if feature.key != "age_band":
            return found
        low = self.group.minimum_age or 0
        high = 200 if self.group.maximum_age is None else self.group.maximum_age
        return {band: n for band, n in found.items() if _overlap(band, low, high)}


def _overlap(band: str, low: int, high: int) -> bool:
    first, _to, last = band.rstrip("+").partition("-")
    return int(first) <= high and (int(last) if last else 200) >= low


def _whole_of(shares: Mapping[str, int]) -> dict[str, int]:
    """Return shares in per cent with what is left to hundred under no category."""
    return {**shares, "": max(0, 100 - sum(shares.values()))}


# --- counting --------------------------------------------------------------------------------------------------------


def _key(group_id: int) -> str:
    return f"group:{group_id}"


def _marker(group_id: int) -> str:
    """Return a text that differs after whatever changes the counts of a group."""
    mine = GroupMembership.group_id == group_id
    row = db.session.execute(
        sa.select(sa.func.max(GroupMembership.id), sa.func.count(), sa.func.count(GroupMembership.left_at)).where(mine)
    ).one()
    return ":".join([keeping.marker(), *(str(part or 0) for part in row)])


def _counted(group: Group) -> Counted:
    row = kept.find(_key(group.id))
    if row is not None:
        age = clock.now() - row.made_at
        if age < keeping.PATIENCE or (age < keeping.OLDEST and row.marker == _marker(group.id)):
            return _read(row.data)
    return _count(group.id)


@functools.lru_cache(maxsize=4)
def _read(text: str) -> Counted:
    """Return what was kept as `text`: the same text is read once by each process, not for each page."""
    return Counted.from_json(json.loads(text))


def _count(group_id: int) -> Counted:
    belongs = sa.select(GroupMembership.member_id).where(
        GroupMembership.group_id == group_id, GroupMembership.left_at.is_(None)
    )
    return counting.count(among=belongs)


def made_anew(group_id: int) -> kept.Made | None:
    """Return a group counted anew where something has changed since it was kept, else None. This reads."""
    marker, row = _marker(group_id), kept.find(_key(group_id))
    if row is not None and row.marker == marker and clock.now() - row.made_at < keeping.OLDEST / 2:
        return None
    return kept.Made(_key(group_id), marker, json.dumps(_count(group_id).to_json(), separators=(",", ":")))


def list_large() -> list[int]:
    """Return the ids of groups with targets that are too large for a page to count."""
    members = sa.select(GroupMembership.group_id).where(GroupMembership.left_at.is_(None))
    large = members.group_by(GroupMembership.group_id).having(sa.func.count() > MANY)
    query = sa.select(Group.id).where(Group.id.in_(large), Group.mirrors != "none")
    return list(db.session.scalars(query.order_by(Group.id)))
