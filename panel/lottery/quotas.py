"""How many people of each feature a panel must have: read from a file, checked, or written from targets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

from panel.lottery import errors
from panel.lottery.tables import Words, table

COLUMNS = ("category", "feature", "min", "max")
#: Between the parts of a joint cell: category "age & sex", feature "18-24 & female".
JOIN = " & "


@dataclass(frozen=True)
class Quota:
    """At least `min` and at most `max` people whose column `category` holds `feature`; `row` is its line in a file."""

    category: str
    feature: str
    min: int
    max: int
    row: int = 0

    def columns(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return the pool's columns that the category means: one, or the several of a joint cell."""
        return (self.category,) if self.category in set(known) else tuple(self.category.split(JOIN))

    def values(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return the values that those columns must hold."""
        return tuple(self.feature.split(JOIN)) if len(self.columns(known)) > 1 else (self.feature,)


def read_quotas(file: TextIO, name: str = "quotas") -> list[Quota]:
    """Return the quotas of a CSV with the columns category, feature, min, max; raise RefusedError with the row."""
    source = table(file, name)
    for column in COLUMNS:
        if column not in source.heading:
            raise errors.MissingColumnError(file=name, row=1, column=column)
    words = Words()
    quotas = [
        _quota(dict(zip(source.heading, (words[c] for c in cells), strict=True)), name, line)
        for line, cells in source.rows
    ]
    if not quotas:
        raise errors.EmptyFileError(file=name, row=1)
    check_quotas(quotas, name)
    return quotas


def _quota(cells: Mapping[str, str], name: str, row: int) -> Quota:
    for column in ("category", "feature"):
        if not cells[column]:
            raise errors.EmptyValueError(file=name, row=row, column=column)
    for column in ("min", "max"):
        if not (cells[column].isascii() and cells[column].isdigit()):
            raise errors.NotANumberError(file=name, row=row, column=column)
    return Quota(cells["category"], cells["feature"], int(cells["min"]), int(cells["max"]), row)


def check_quotas(quotas: Iterable[Quota], name: str = "quotas") -> None:
    """Raise RefusedError for a minimum above its maximum and for a quota said twice."""
    seen: dict[tuple[str, str], int] = {}
    for quota in quotas:
        if quota.min > quota.max:
            raise errors.CrossedQuotaError(file=name, row=quota.row, min=quota.min, max=quota.max)
        place = (quota.category, quota.feature)
        if place in seen:
            raise errors.DoubledQuotaError(
                file=name, row=quota.row, category=quota.category, feature=quota.feature, first=seen[place]
            )
        seen[place] = quota.row


def from_targets(targets: Mapping[str, Mapping[str, float]], k: int, within: float) -> list[Quota]:
    """Return quotas that mirror a population: each feature's share of `k` seats, give or take `within` seats.

    `targets` holds for each category the population of each of its features (any unit: only shares count).
    """
    quotas: list[Quota] = []
    for category, counts in targets.items():
        total = sum(counts.values())
        for feature, count in counts.items():
            seats = k * count / total
            low, high = max(0, math.floor(seats - within)), min(k, math.ceil(seats + within))
            quotas.append(Quota(category, feature, low, high, len(quotas) + 2))
    return quotas
