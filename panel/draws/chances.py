"""How likely people of a category are to be chosen, as far as the numbers of a plan alone settle it."""

from __future__ import annotations

from collections.abc import Mapping


def seats(
    people: Mapping[str, int], wanted: Mapping[str, tuple[int, int]], size: int
) -> dict[str, tuple[int, int] | None]:
    """Return category -> the fewest and the most seats it can have in a group of `size`, None where it can have none.

    `people` holds how many of each category are in the pool, `wanted` the least and the most of it; the categories of
    one feature share all the seats, so that what the others must have or cannot fill is settled for each, too.
    """
    least = {category: low for category, (low, _high) in wanted.items()}
    most = {category: min(high, people.get(category, 0)) for category, (_low, high) in wanted.items()}
    all_least, all_most = sum(least.values()), sum(most.values())
    out: dict[str, tuple[int, int] | None] = {}
    for category in wanted:
        low = max(least[category], size - (all_most - most[category]))
        high = min(most[category], size - (all_least - least[category]))
        out[category] = (low, high) if low <= high else None
    return out
