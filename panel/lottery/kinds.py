"""People with the same features merged into types, because a fair lottery has no reason to tell them apart.

With households a type is (own features, what the whole household is made of). Households made of the same features
form a *group*; at most one person of each household may be chosen, so a panel takes at most as many people from a
group as it has households. Without households everybody lives alone, and a group is a type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panel.lottery.pool import Pool, canonical_order

Ints = np.ndarray
Floats = np.ndarray


@dataclass(frozen=True)
class Kinds:
    """The types of a pool, T of them in G groups, in canonical order.

    `features` (T) are tuples of values, one a column of `columns`; `people` (T) counts persons; `group` (T) names the
    group; `households` (G) counts its households. `members[t]` has shape (households, persons of the type in each)
    and holds places in the pool; it is empty for kinds that were read from an audit.
    """

    columns: tuple[str, ...]
    features: list[tuple[str, ...]]
    people: Ints
    group: Ints
    households: Ints
    members: list[Ints]

    def __len__(self) -> int:
        return len(self.features)


def kinds_of(pool: Pool, columns: Sequence[str], household: str | None = None) -> Kinds:
    """Return the types of `pool` over `columns`. An empty value in the column `household` means living alone."""
    order = canonical_order(pool, [*columns, *([household] if household else [])])
    kept = [pool.column(column) for column in columns]
    own = [tuple(column[place] for column in kept) for place in order]
    codes = {features: code for code, features in enumerate(sorted(set(own)))}
    names = sorted(codes, key=codes.__getitem__)
    homes = _homes(pool, order, household)
    compositions: dict[tuple[int, ...], list[list[int]]] = {}
    place_in_order = {place: i for i, place in enumerate(order)}
    code_at = {place: codes[features] for place, features in zip(order, own, strict=True)}
    for home in homes:
        if len(home) > 1:
            home.sort(key=lambda place: (code_at[place], place_in_order[place]))
        made_of = tuple(code_at[place] for place in home)
        compositions.setdefault(made_of, []).append(home)
    return _assembled(tuple(columns), names, compositions)


def _homes(pool: Pool, order: Sequence[int], household: str | None) -> list[list[int]]:
    """Return the people of each household, households in the order of their first person."""
    if household is None:
        return [[place] for place in order]
    addresses = pool.column(household)
    homes: dict[str, list[int]] = {}
    alone: list[list[int]] = []
    for place in order:
        if addresses[place]:
            homes.setdefault(addresses[place], []).append(place)
        else:
            alone.append([place])
    return [*homes.values(), *alone]


def _assembled(
    columns: tuple[str, ...], names: list[tuple[str, ...]], compositions: dict[tuple[int, ...], list[list[int]]]
) -> Kinds:
    features, people, members = [], [], []
    group: list[int] = []
    households: list[int] = []
    for made_of in sorted(compositions, key=lambda made: (len(made), made)):
        homes = np.array(compositions[made_of])
        for code in sorted(set(made_of)):
            mine = homes[:, [i for i, other in enumerate(made_of) if other == code]]
            features.append(names[code])
            people.append(mine.size)
            group.append(len(households))
            members.append(mine)
        households.append(len(homes))
    return Kinds(columns, features, np.array(people), np.array(group), np.array(households), members)
