"""After a draw: people in place of those who declined, and a list of reserves."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from panel.lottery import errors
from panel.lottery.engine import Result, draw
from panel.lottery.pool import Pool
from panel.lottery.quotas import Quota
from panel.lottery.randomness import Seed, Stream


def replacements(
    pool: Pool,
    quotas: Sequence[Quota],
    k: int,
    yes: Collection[str],
    declined: Collection[str],
    algorithm: str = "leximin",
    seed: Seed | str | None = None,
    households: str | None = None,
    **options: Any,
) -> Result:
    """Draw who completes a panel of `k` of which the ids in `yes` are settled; the `declined` are not asked again.

    The fairest lottery given who said yes: quotas still to be filled, over the people who remain, housemates of the
    settled left out. Raises as draw does, and UnknownPersonError. Nobody left to find raises SizeError.
    """
    places = _places(pool, [*yes, *declined])
    settled = places[: len(yes)]
    gone = set(places) | _housemates(pool, settled, households)
    left = [_less(pool, quota, settled) for quota in quotas]
    remaining = pool.keeping([place for place in range(len(pool)) if place not in gone])
    return draw(remaining, left, k - len(settled), algorithm, seed, households, **options)


def reserves(
    pool: Pool,
    quotas: Sequence[Quota],
    k: int,
    selected: Collection[str],
    size: int,
    seed: Seed | str,
    algorithm: str = "leximin",
    households: str | None = None,
    **options: Any,
) -> Result:
    """Draw `size` reserves from the people not selected, made up like the panel; `selected[0]` is in order of call.

    The quotas are the panel's, scaled to the size and rounded outwards. The order is one more draw from the seed.
    """
    chosen = _places(pool, selected)
    gone = set(chosen) | _housemates(pool, chosen, households)
    remaining = pool.keeping([place for place in range(len(pool)) if place not in gone])
    scaled = [replace(q, min=q.min * size // k, max=math.ceil(q.max * size / k)) for q in quotas]
    result = draw(remaining, scaled, size, algorithm, seed, households, **options)
    text = seed if isinstance(seed, str) else seed.text
    ids = sorted(result.selected[0])
    order = Stream(text, "order of reserves").sample(range(len(ids)), len(ids))
    return replace(result, selected=[[ids[place] for place in order], *result.selected[1:]])


def next_reserve(
    pool: Pool, quotas: Sequence[Quota], k: int, yes: Collection[str], reserve: Sequence[str]
) -> str | None:
    """Return the first of `reserve` with whom a panel of `k` that holds `yes` goes over no maximum, or None.

    When that person is the last seat, every minimum must be met too.
    """
    settled = _places(pool, yes)
    for person, place in zip(reserve, _places(pool, reserve), strict=True):
        counts = [_having(pool, quota, [*settled, place]) for quota in quotas]
        full = len(settled) + 1 == k
        if all(c <= q.max and (not full or c >= q.min) for c, q in zip(counts, quotas, strict=True)):
            return person
    return None


def _places(pool: Pool, ids: Collection[str]) -> list[int]:
    place = {person: i for i, person in enumerate(pool.ids)}
    for number, person in enumerate(ids, start=1):
        if person not in place:
            raise errors.UnknownPersonError(file=pool.name, row=1, number=number)
    return [place[person] for person in ids]


def _housemates(pool: Pool, places: Sequence[int], households: str | None) -> set[int]:
    if households is None:
        return set()
    column = pool.column(households)
    homes = {column[place] for place in places} - {""}
    return {place for place, home in enumerate(column) if home in homes}


def _having(pool: Pool, quota: Quota, places: Sequence[int]) -> int:
    pairs = list(zip(quota.columns(pool.columns), quota.values(pool.columns), strict=True))
    return sum(all(pool.column(column)[place] == value for column, value in pairs) for place in places)


def _less(pool: Pool, quota: Quota, settled: Sequence[int]) -> Quota:
    """Return what is left of a quota; raise InfeasibleError when those settled are more than its maximum."""
    have = _having(pool, quota, settled)
    if have > quota.max:
        change = {
            "fix": "alone",
            "category": quota.category,
            "feature": quota.feature,
            "asked_min": quota.min,
            "asked_max": quota.max,
            "settled": have,
            "could_be_max": have,
        }
        raise errors.InfeasibleError(suggestions=[change], k=len(settled))
    return replace(quota, min=max(0, quota.min - have), max=quota.max - have)
