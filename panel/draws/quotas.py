"""How many of each category a draw must find: written from population figures in one step, and changed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core import audit
from core.database import db
from panel import bands, queries
from panel.draws import pools
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
    areas = draw.audience.get("area_ids") or [area.id for area in queries.list_areas(1)]
    counts: dict[str, int] = {}
    for area_id in areas:
        found = _places(area_id) if feature == "area" else queries.population(area_id, feature)
        for category, count in found.items():
            counts[str(category)] = counts.get(str(category), 0) + count
    allowed = counts if feature == "area" else bands.FEATURES[feature].categories
    kept = {category: counts[category] for category in allowed if counts.get(category)}
    if not kept:
        raise NoFiguresError(feature=feature)
    return kept


def _places(area_id: int) -> dict[str, int]:
    """Return code of place -> its people, of a system, or of one place by itself."""
    codes = pools.area_codes()
    if area_id in codes:
        parent = sa.select(Area.parent_id).where(Area.id == area_id).scalar_subquery()
        whole = db.session.scalar(sa.select(Area.id).where(Area.id == parent))
        counts = queries.population(whole, "area") if whole else {}
        return {codes[area_id]: counts.get(area_id, 0)}
    return {codes[int(place)]: count for place, count in queries.population(area_id, "area").items() if place in codes}


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
