"""Counts of the people on the panel by what they are compared by, in a few grouped queries over all of them.

Other rooms add stages: people of the panel who were invited, who responded. A stage is known to this room as a SELECT
of member ids with a nought or one for each stage, and leaves it only as counts that may be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from core.database import db
from core.errors import N_
from panel.models import AttitudeAnswer, AttitudeQuestion, AttitudeState, Member, MemberState, Profile
from panel.questions import PREFER_NOT
from panel.representation.features import ATTITUDE, CROSSED

PANEL = "panel"
#: Who is on the panel: a break does not end a membership.
ON_PANEL = (MemberState.ACTIVE, MemberState.PAUSED)
#: The category of those who did not answer a question, or were not asked it.
NOT_ANSWERED = "not_answered"
UNSAID = (PREFER_NOT, NOT_ANSWERED)
#: Features counted in one pass together. What is crossed stands together; few combinations keep a pass quick.
PASSES: tuple[tuple[str, ...], ...] = (CROSSED, ("ethnic_group_5", "ethnic_group_19"), ("religion", "carer"))

#: Returns a SELECT of `member_id`, each once, with a column of 0 or 1 for each stage.
StageQuery = Callable[[], sa.Select[Any, Any, Any]]


@dataclass(frozen=True)
class _Source:
    stages: tuple[str, ...]
    query: StageQuery


_sources: list[_Source] = []
#: Stage -> its name, in the order of a person's way.
STAGES: dict[str, str] = {PANEL: N_("Panel")}


#: Each returns something that differs once the stages of a source have changed.
MARKERS: list[Callable[[], object]] = []


def add_stages(stages: Mapping[str, str], query: StageQuery, marker: Callable[[], object]) -> None:
    """Count the members of each of `stages` (key -> name marked with N_) as well; `query` has a column for each.

    `marker` returns something short that differs once what `query` finds has changed.
    """
    if any(source.query is query for source in _sources):
        return
    STAGES.update(stages)
    _sources.append(_Source(tuple(stages), query))
    MARKERS.append(marker)


#: Area -> counts at each stage; None is the area of those of whom no area is known.
ByArea = Mapping[int | None, Sequence[int]]


@dataclass(frozen=True)
class Cell:
    """People with the same categories of one pass who live in the same area: how many at each stage."""

    area_id: int | None
    categories: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """The panel, counted: cells by pass, and by the feature of each question on attitudes.

    What is added up of them is kept with it, as pages share it: nobody may change what they are given.
    """

    stages: tuple[str, ...]
    passes: Mapping[tuple[str, ...], Sequence[Cell]]

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        passes = [
            [list(names), [[c.area_id, *c.categories, *c.counts] for c in cells]]
            for names, cells in self.passes.items()
        ]
        return {"stages": list(self.stages), "passes": passes}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counted:
        """Return what `to_json` was made of."""
        passes = {}
        for names, rows in data["passes"]:
            end = 1 + len(names)
            passes[tuple(names)] = [Cell(row[0], tuple(row[1:end]), tuple(row[end:])) for row in rows]
        return cls(tuple(data["stages"]), passes)

    def cells_with(self, feature: str) -> tuple[int, Sequence[Cell]]:
        """Return the cells that tell a feature, and its place in their categories."""
        for names, cells in self.passes.items():
            if feature in names:
                return names.index(feature), cells
        return 0, ()

    @cached_property
    def _by_feature(self) -> dict[str, dict[str, ByArea]]:
        return {}

    def of(self, feature: str) -> Mapping[str, ByArea]:
        """Return category -> area -> counts at each stage, of people known to live in the area and no closer."""
        if feature not in self._by_feature:
            place, cells = self.cells_with(feature)
            found: dict[str, dict[int | None, list[int]]] = {}
            for cell in cells:
                _add(found.setdefault(cell.categories[place], {}), cell.area_id, cell.counts)
            self._by_feature[feature] = dict(found)
        return self._by_feature[feature]

    @cached_property
    def residents(self) -> ByArea:
        """Area -> counts at each stage, of people known to live in the area and no closer."""
        found: dict[int | None, list[int]] = {}
        for cell in self.passes[PASSES[0]]:
            _add(found, cell.area_id, cell.counts)
        return found

    def crossed(self, one: str, two: str) -> dict[tuple[str, str], list[int]]:
        """Return (category, category) -> counts at each stage, of two features of CROSSED, wherever people live."""
        a, b = CROSSED.index(one), CROSSED.index(two)
        found: dict[tuple[str, str], list[int]] = {}
        for cell in self.passes[CROSSED]:
            _add(found, (cell.categories[a], cell.categories[b]), cell.counts)
        return found


def _add(found: dict[Any, list[int]], key: Any, counts: Sequence[int]) -> None:
    known = found.get(key)
    if known is None:
        found[key] = list(counts)
    else:
        for place, count in enumerate(counts):
            known[place] += count


def count(among: sa.Select[int] | None = None) -> Counted:
    """Return the panel counted: one query for each of PASSES, and one for all questions on attitudes.

    With `among`, a SELECT of member ids, these are counted instead of the panel, and no other stages.
    """
    stages, joins = [PANEL], []
    sums: list[sa.ColumnElement[int]] = [sa.func.count()]
    for number, source in enumerate(_sources if among is None else ()):
        found = source.query().subquery(f"stage_{number}")
        joins.append(found)
        for key in source.stages:
            stages.append(key)
            sums.append(sa.func.coalesce(sa.func.sum(found.c[key]), 0))
    where = [Member.state.in_(ON_PANEL)] if among is None else [Member.state.in_(ON_PANEL), Member.id.in_(among)]
    passes: dict[tuple[str, ...], Sequence[Cell]] = {names: _pass(names, sums, joins, where) for names in PASSES}
    for feature, cells in _attitudes(sums, joins, where).items():
        passes[(feature,)] = cells
    return Counted(tuple(stages), passes)


def count_stages(feature: str, stages: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return category of a feature of the profile -> counts at `stages`, in one query; empty where one is not known.

    These are exact counts: what is shown of them must go through disclosure control.
    """
    source = next((one for one in _sources if set(stages) <= set(one.stages)), None)
    if source is None:
        return {}
    found = source.query().subquery("stage")
    sums = [sa.func.coalesce(sa.func.sum(found.c[key]), 0) for key in stages]
    counted: dict[str, tuple[int, ...]] = {}
    for cell in _pass([feature], sums, [found], [Member.state.in_(ON_PANEL)]):
        before = counted.get(cell.categories[0], (0,) * len(stages))
        counted[cell.categories[0]] = tuple(a + b for a, b in zip(before, cell.counts, strict=True))
    return counted


def _from_panel(
    columns: Sequence[Any], joins: Sequence[sa.Subquery], sums: Sequence[Any], where: Sequence[Any]
) -> sa.Select[Any]:
    query = sa.select(Member.area_id, *columns, *sums).select_from(Member)
    for found in joins:
        query = query.outerjoin(found, found.c.member_id == Member.id)
    return query.where(*where)


def _pass(names: Sequence[str], sums: Sequence[Any], joins: Sequence[sa.Subquery], where: Sequence[Any]) -> list[Cell]:
    columns = [getattr(Profile, name) for name in names]
    query = _from_panel(columns, joins, sums, where).outerjoin(Profile, Profile.member_id == Member.id)
    rows = db.session.execute(query.group_by(Member.area_id, *columns))
    return [_cell(row, len(columns)) for row in rows]


def _cell(row: Sequence[Any], width: int) -> Cell:
    said = tuple(NOT_ANSWERED if value is None else value for value in row[1 : 1 + width])
    return Cell(row[0], said, tuple(int(n) for n in row[1 + width :]))


def _attitudes(sums: Sequence[Any], joins: Sequence[sa.Subquery], where: Sequence[Any]) -> dict[str, list[Cell]]:
    """Return the cells of each question that is or was asked; who has not answered it is told from all residents."""
    columns = [AttitudeQuestion.key, AttitudeAnswer.category]
    query = (
        _from_panel(columns, joins, sums, where)
        .join(AttitudeAnswer, AttitudeAnswer.member_id == Member.id)
        .join(AttitudeQuestion, AttitudeQuestion.id == AttitudeAnswer.question_id)
        .where(AttitudeQuestion.state != AttitudeState.DRAFT)
        .group_by(Member.area_id, *columns)
    )
    found: dict[str, list[Cell]] = {}
    for row in db.session.execute(query):
        area_id, key, category = row[:3]
        cell = Cell(area_id, (category,), tuple(int(n) for n in row[3:]))
        found.setdefault(f"{ATTITUDE}{key}", []).append(cell)
    return found
