"""The funnel as it may be shown: the same tables for the page, the PDF and the files, without small numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.queries.funnel import STAGES, WHOLE
from panel import characteristics
from surveys import disclosure

_STEP = 5


@dataclass(frozen=True)
class Row:
    """A category with a number for each stage, None where it is not shown."""

    category: characteristics.Category
    numbers: tuple[int | None, ...]


@dataclass(frozen=True)
class Table:
    """One breakdown."""

    feature: str
    rows: list[Row]


@dataclass(frozen=True)
class Funnel:
    """The whole and its breakdowns."""

    whole: tuple[int | None, ...]
    tables: list[Table]


def rounded(count: int | None) -> int | None:
    """Return a count to the nearest 5, so that what lies between two stages cannot be worked out."""
    return None if count is None else (count + _STEP // 2) // _STEP * _STEP


def shown(counts: Mapping[str, Mapping[str, tuple[int, ...]]], areas: dict[int, str]) -> Funnel:
    """Return what may be shown of feedback.queries.funnel.counts.

    The rule of NHS publications: 1 to 7 are hidden, with others from which they could be worked out; nought is shown,
    and everything else is rounded to 5. Each stage of each breakdown is protected beside the whole, which is shown; a
    category whose invitations are hidden is hidden at all later stages.
    """
    whole = counts[WHOLE].get("", (0,) * len(STAGES))
    tables = []
    for feature in characteristics.ALL:
        rows = characteristics.categories(feature, areas)
        numbers = _protected(counts[feature], [row.key for row in rows])
        tables.append(Table(feature, [Row(row, numbers[row.key]) for row in rows if row.key in numbers]))
    return Funnel(tuple(None if _small(n) else rounded(n) for n in whole), tables)


def _protected(counts: Mapping[str, tuple[int, ...]], order: list[str]) -> dict[str, tuple[int | None, ...]]:
    """Return the numbers of categories anybody was invited in; keys that are in no list are left to the whole."""
    present = [key for key in order if key in counts]
    by_stage = []
    hidden: set[str] = set()
    for stage in range(len(STAGES)):
        column = {key: numbers[stage] for key, numbers in counts.items()}
        small = _hidden(column)
        hidden |= small if stage == 0 else set()
        by_stage.append({key: None if n and key in hidden | small else n for key, n in column.items()})
    return {key: tuple(rounded(column[key]) for column in by_stage) for key in present}


def _hidden(counts: Mapping[str, int]) -> set[str]:
    """Return the keys to hide beside a whole that is shown: the small ones, and more until those hold eight or over."""
    hidden = {key for key, n in counts.items() if _small(n)}
    rest = sorted((n, key) for key, n in counts.items() if n and key not in hidden)
    while hidden and rest and (len(hidden) == 1 or sum(counts[key] for key in hidden) < disclosure.THRESHOLD):
        hidden.add(rest.pop(0)[1])
    return hidden


def _small(count: int) -> bool:
    return 0 < count < disclosure.THRESHOLD
