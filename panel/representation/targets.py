"""Reads of population figures: which set counts on a day, its history, and where figures do not add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import N_, NotFoundError
from panel.models import Area, PopulationCount, TargetSet
from panel.representation import features
from panel.representation.features import Feature

#: (area id, feature) -> category -> how many people.
Figures = dict[tuple[int, str], dict[str, int]]


def counting_on(day: dt.date) -> sa.Select[int]:
    """Return a SELECT of the ids of the sets that count on `day`: for each area and feature the one begun last."""
    place = sa.func.row_number().over(
        partition_by=(TargetSet.area_id, TargetSet.feature),
        order_by=(TargetSet.valid_from.desc(), TargetSet.id.desc()),
    )
    begun = sa.select(TargetSet.id, TargetSet.valid_until, place.label("place")).where(TargetSet.valid_from <= day)
    newest = begun.subquery("newest")
    still = sa.or_(newest.c.valid_until.is_(None), newest.c.valid_until > day)
    return sa.select(newest.c.id).where(newest.c.place == 1, still)


def figures(area_ids: Sequence[int] | None = None) -> Figures:
    """Return the figures that count today, of some areas or all, in one query."""
    query = (
        sa.select(TargetSet.area_id, TargetSet.feature, PopulationCount.category, PopulationCount.count)
        .join(PopulationCount, PopulationCount.set_id == TargetSet.id)
        .where(TargetSet.id.in_(counting_on(clock.today())))
        .order_by(PopulationCount.id)
    )
    if area_ids is not None:
        query = query.where(TargetSet.area_id.in_(area_ids))
    found: Figures = {}
    for area_id, feature, category, count in db.session.execute(query):
        found.setdefault((area_id, feature), {})[category] = count
    return found


def of_feature(found: Figures, area_id: int, feature: Feature) -> dict[str, int]:
    """Return the figures of a feature in an area: loaded for it, else those of what it groups, added up."""
    own = found.get((area_id, feature.key))
    if own is not None or not feature.base:
        return own or {}
    counts = found.get((area_id, feature.base), {})
    return features.totals(feature.parents, counts)


def list_sets() -> list[TargetSet]:
    """Return the sets that count today or will later, by area and feature."""
    waiting = sa.and_(TargetSet.valid_from > clock.today())
    query = sa.select(TargetSet).join(Area, Area.id == TargetSet.area_id)
    query = query.where(sa.or_(TargetSet.id.in_(counting_on(clock.today())), waiting))
    return list(db.session.scalars(query.order_by(Area.level, Area.name, TargetSet.feature, TargetSet.id)))


def get_set(set_id: int) -> TargetSet:
    """Return a set with its counts. Raises NotFoundError."""
    found = db.session.get(TargetSet, set_id, options=[sa.orm.selectinload(TargetSet.counts)])
    if found is None:
        raise NotFoundError
    return found


def history(area_id: int, feature: str) -> list[TargetSet]:
    """Return every set there has been of a feature in an area, the newest first."""
    query = sa.select(TargetSet).where(TargetSet.area_id == area_id, TargetSet.feature == feature)
    return list(db.session.scalars(query.order_by(TargetSet.valid_from.desc(), TargetSet.id.desc())))


@dataclass(frozen=True)
class Mismatch:
    """Two ways to come to one number that differ: `words` is marked with N_ and takes the others by name."""

    words: str
    area_id: int
    feature: str
    category: str
    one: int
    other: int


_AREAS = N_("%(area)s, %(feature)s, %(category)s: the area says %(one)s, the areas inside it add up to %(other)s.")
_JOINT = N_("%(area)s, %(feature)s, %(category)s: the joint figures add up to %(one)s, the single figure is %(other)s.")
_GROUPS = N_("%(area)s, %(feature)s, %(category)s: the group says %(one)s, its categories add up to %(other)s.")


def mismatches(found: Figures, areas: Sequence[Area], catalogue: Mapping[str, Feature]) -> list[Mismatch]:
    """Return where figures do not add up: over the areas inside an area, over joint features, over groups.

    Published tables differ by a little, because offices perturb and round; so this reports and never refuses.
    """
    return [
        *_over_areas(found, areas),
        *(m for (area, key), counts in found.items() if (pair := features.joint(key))
          for m in _over_joint(found, area, key, pair, counts)),
        *(m for (area, key), counts in found.items() if (f := catalogue.get(key)) and f.base
          for m in _over_groups(found, area, f, counts)),
    ]  # fmt: skip


def _over_areas(found: Figures, areas: Sequence[Area]) -> Iterator[Mismatch]:
    children: dict[int, list[Area]] = {}
    for area in areas:
        if area.parent_id:
            children.setdefault(area.parent_id, []).append(area)
    for (area_id, key), counts in found.items():
        inside = children.get(area_id, [])
        if key == "area":
            for child in inside:
                below = found.get((child.id, "area"))
                if below and child.code in counts and sum(below.values()) != counts[child.code]:
                    yield Mismatch(_AREAS, area_id, key, child.name, counts[child.code], sum(below.values()))
        elif inside and all((child.id, key) in found for child in inside):
            for category, count in counts.items():
                total = sum(found[(child.id, key)].get(category, 0) for child in inside)
                if total != count:
                    yield Mismatch(_AREAS, area_id, key, category, count, total)


def _over_joint(
    found: Figures, area_id: int, key: str, pair: tuple[str, str], counts: Mapping[str, int]
) -> Iterator[Mismatch]:
    for place, feature in enumerate(pair):
        single = found.get((area_id, feature), {})
        sums: dict[str, int] = {}
        for category, count in counts.items():
            part = category.split(features.JOINT)[place]
            sums[part] = sums.get(part, 0) + count
        for category, count in single.items():
            if sums.get(category, 0) != count:
                yield Mismatch(_JOINT, area_id, key, category, sums.get(category, 0), count)


def _over_groups(found: Figures, area_id: int, feature: Feature, counts: Mapping[str, int]) -> Iterator[Mismatch]:
    base = found.get((area_id, feature.base))
    if base is None:
        return
    sums = features.totals(feature.parents, base)
    for category, count in counts.items():
        if sums.get(category, 0) != count:
            yield Mismatch(_GROUPS, area_id, feature.key, category, count, sums.get(category, 0))
