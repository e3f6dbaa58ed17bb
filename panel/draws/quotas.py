"""How many of each category a draw must find: written from population figures in one step, and changed by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from core import audit
from core.database import db
from panel import queries
from panel.draws import features, pools
from panel.draws.errors import FixedError, NoFiguresError, UnfinishedError
from panel.lottery.quotas import Quota, from_targets
from panel.models import Area, Draw, DrawQuota, DrawState


def of(draw_id: int) -> list[DrawQuota]:
    """Return the quotas of a draw, in the order in which they are shown."""
    mine = sa.select(DrawQuota).where(DrawQuota.draw_id == draw_id)
    return list(db.session.scalars(mine.order_by(DrawQuota.order, DrawQuota.feature, DrawQuota.category)))


def write_from_population(draw: Draw) -> list[DrawQuota]:
    """Write quotas that mirror the population of the draw's areas within so many seats, in place of those there were.

    Raises UnfinishedError, NoFiguresError, FixedError.
    """
    if draw.state != DrawState.PLANNED:
        raise FixedError
    if draw.size is None or not draw.features:
        raise UnfinishedError
    targets = {feature: targets_of(draw, feature) for feature in draw.features}
    db.session.execute(sa.delete(DrawQuota).where(DrawQuota.draw_id == draw.id))
    rows: list[DrawQuota] = []
    for quota in from_targets(targets, draw.size, draw.within):
        rows.append(_row(draw, quota.category, quota.feature, quota.min, quota.max, len(rows)))
    for feature in draw.features:
        # Who has not told counts for none of the others, and is not shut out.
        rows.append(_row(draw, feature, pools.NOT_SAID, 0, draw.size, len(rows)))
    rows.sort(key=lambda row: draw.features.index(row.feature))
    for order, row in enumerate(rows):
        row.order = order
    db.session.add_all(rows)
    draw.findings = None
    db.session.flush()
    audit.record("draw.quotas_written", f"draw:{draw.id}", after={"within": draw.within, "quotas": len(rows)})
    return rows


def _row(draw: Draw, feature: str, category: str, least: int, most: int, order: int) -> DrawQuota:
    return DrawQuota(draw_id=draw.id, feature=feature, category=category, least=least, most=most, order=order)


def targets_of(draw: Draw, feature: str) -> dict[str, int]:
    """Return category -> how many people of it live in the draw's areas. Raises NoFiguresError."""
    counts: dict[str, int] = {}
    for area in _apart(draw.audience.get("area_ids") or [area.id for area in queries.list_areas(1)]):
        found = _places(area) if feature == features.AREA else queries.population(area.id, feature)
        if not any(found.values()):
            raise NoFiguresError(feature=feature)
        for category, count in found.items():
            counts[str(category)] = counts.get(str(category), 0) + count
    allowed = features.categories(feature) or counts
    kept = {category: counts[category] for category in allowed if counts.get(category)}
    if not kept:
        raise NoFiguresError(feature=feature)
    return kept


def _apart(area_ids: Collection[int]) -> list[Area]:
    """Return the areas without those that lie in another of them: else their people would count twice."""
    known = {area.id: area for area in queries.list_areas()}
    chosen = set(area_ids)

    def inside(area: Area) -> bool:
        above = area.parent_id
        while above is not None and above not in chosen:
            above = known[above].parent_id
        return above is not None

    return [area for area in known.values() if area.id in chosen and not inside(area)]


def _places(area: Area) -> dict[str, int]:
    """Return code of place -> its people: of a system, of one place by itself, or of a neighbourhood of a place."""
    codes = pools.area_codes()
    if area.level == 1:
        counts = queries.population(area.id, features.AREA)
        return {codes[int(place)]: count for place, count in counts.items() if place in codes}
    place = area.id if area.level == 2 else area.parent_id
    counts = queries.population(area.parent_id, features.AREA) if area.parent_id else {}
    return {codes[place]: counts.get(area.id, 0)} if place in codes else {}


def change(draw: Draw, numbers: Mapping[tuple[str, str], tuple[int, int]]) -> None:
    """Set the least and the most of categories that the draw has. Raises FixedError."""
    if draw.state != DrawState.PLANNED:
        raise FixedError
    changed = {}
    for quota in of(draw.id):
        least, most = numbers.get((quota.feature, quota.category), (quota.least, quota.most))
        if (least, most) != (quota.least, quota.most):
            changed[f"{quota.feature}:{quota.category}"] = [least, most]
            quota.least, quota.most = least, most
    if changed:
        draw.findings = None
        audit.record("draw.quotas_changed", f"draw:{draw.id}", after=changed)
    db.session.flush()


def for_engine(rows: Sequence[DrawQuota], *, drawn: bool) -> list[Quota]:
    """Return quotas as the lottery takes them: of the group that is wanted or, with `drawn`, of those to be drawn."""
    return [
        Quota(
            row.feature,
            row.category,
            row.draw_least if drawn and row.draw_least is not None else row.least,
            row.draw_most if drawn and row.draw_most is not None else row.most,
            row=line,
        )
        for line, row in enumerate(rows, start=2)
    ]
