"""What of the figures may be shown: nothing about one to seven people, and nothing from which that could be worked out.

The rule of NHS publications, as in panel.representation.disclosure: nought is shown, 1 to 7 are hidden with others
beside them, people are rounded to 5. Money is shown to the penny where eight people or more stand behind it, and
hidden with them. Years do not overlap, so two figures of different years cannot be taken from one another.

Within a year, quarters and months are parts of it, and the same person may be in several: those who stand behind a
difference are at least as many as the largest number among them, and that must be eight. What a page of a quarter or a
month shows is decided for all of the year at once:

- of the parts of the year, a small one is hidden with another beside it, and then its page shows nothing at all;
- a row (an engagement, a kind, an area) that is small in one quarter is hidden in all quarters, in one month, in all
  months, noughts too; never one row alone, and never so few in a column that the whole less what is shown tells.

So what is hidden is whole rows, at least two, in whole years: money can be moved between any two of these rows in one
month and back in another of the same quarter, and every figure that is shown stays as it is. No hidden figure follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expenses.periods import MONTHS, PARTS, QUARTERS, WHOLE
from panel.representation.disclosure import hide, rounded, small


@dataclass(frozen=True)
class Cell:
    """People and what they cost; both None where they are not shown."""

    people: int | None
    pence: int | None


def spend(parts: Mapping[str, tuple[int, int]], whole: tuple[int, int]) -> tuple[dict[str, Cell], Cell]:
    """Return what may be shown of {key: (people, pence)} and of the whole, which counts each person once."""
    hidden = _hidden_in_year({key: people for key, (people, _pence) in parts.items()}, whole[0])
    shown = {key: shown_part(found, key in hidden) for key, found in parts.items()}
    return shown, shown_whole(*whole)


def stages(columns: Sequence[Mapping[str, int]]) -> list[dict[str, int | None]]:
    """Return the counts of a breakdown at several stages; a category hidden at the first is hidden at all."""
    keys = sorted(columns[0])
    shown: list[dict[str, int | None]] = []
    first: frozenset[int] = frozenset()
    for column in columns:
        counts = [column.get(key, 0) for key in keys]
        hidden = _hidden(counts, whole_is_small=small(sum(counts)), already=first)
        first = first or hidden
        shown.append({key: None if place in hidden else rounded(counts[place]) for place, key in enumerate(keys)})
    return shown


def hidden_parts(people: Mapping[str, int]) -> frozenset[str]:
    """Return the parts of a year of which nothing is shown, from {part: people}."""
    counts = [people.get(part, 0) for part in PARTS]
    place = {part: number for number, part in enumerate(PARTS)}
    lines = [(place[WHOLE], tuple(place[part] for part in QUARTERS))]
    lines += [(place[q], tuple(place[m] for m in MONTHS[3 * n : 3 * n + 3])) for n, q in enumerate(QUARTERS)]
    hidden: frozenset[int] = frozenset()
    while True:
        hidden = hide(counts, lines, hidden)
        beside = {_beside(counts, parts, hidden) for total, parts in lines if total not in hidden} - {None}
        if not beside:
            return frozenset(PARTS[number] for number in hidden)
        hidden |= {number for number in beside if number is not None}


def _beside(counts: Sequence[int], parts: Sequence[int], hidden: frozenset[int]) -> int | None:
    """Return what to hide as well, where too few stand behind the hidden parts of a total that is shown."""
    gone = max((counts[number] for number in parts if number in hidden), default=0)
    shown = [number for number in parts if number not in hidden and counts[number]]
    if not small(gone) or not shown:
        return None
    return min(shown, key=lambda number: (counts[number], number))


def _hidden_in_year(people: Mapping[str, int], whole: int) -> frozenset[str]:
    if small(whole):
        return frozenset(people)
    return hidden_rows({key: {WHOLE: count} for key, count in people.items()}, (WHOLE,))


def hidden_rows(
    people: Mapping[str, Mapping[str, int]], columns: Sequence[str], already: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return the rows of which nothing is shown in any of `columns`, from {row: {column: people}}."""
    rows = {key: [counts.get(column, 0) for column in columns] for key, counts in people.items()}
    hidden = set(already) | {key for key, counts in rows.items() if any(small(n) for n in counts)}
    while hidden and (more := _row_beside(rows, hidden)) is not None:
        hidden.add(more)
    return frozenset(hidden)


def _row_beside(rows: Mapping[str, Sequence[int]], hidden: set[str]) -> str | None:
    shown = [key for key in sorted(rows) if key not in hidden]
    for column in range(len(next(iter(rows.values())))):
        gone = max((rows[key][column] for key in hidden if key in rows), default=0)
        there = [key for key in shown if rows[key][column]]
        if small(gone) and there:
            return min(there, key=lambda key: rows[key][column])
    return min(shown, key=lambda key: sum(rows[key])) if len(hidden) == 1 and shown else None


def spend_in(found: Mapping[str, Mapping[str, tuple[int, int]]], part: str, people_in_year: int) -> dict[str, Cell]:
    """Return what may be shown of a breakdown in a quarter or month that is shown itself.

    `found` is the breakdown of the year and of all its parts.
    """
    people = {key: {p: n for p, (n, _pence) in parts.items()} for key, parts in found.items()}
    hidden = _hidden_in_year({key: counts.get(WHOLE, 0) for key, counts in people.items()}, people_in_year)
    for columns in (QUARTERS, MONTHS):
        hidden = hidden_rows(people, columns, hidden)
        if part in columns:
            break
    cells = {key: shown_part(parts.get(part, (0, 0)), key in hidden) for key, parts in found.items()}
    return {key: cell for key, cell in cells.items() if cell.people != 0}


def shown_whole(people: int, pence: int) -> Cell:
    """Return what may be shown of a whole."""
    return Cell(None, None) if small(people) else _cell(people, pence)


def shown_part(found: tuple[int, int], is_hidden: bool) -> Cell:
    """Return what may be shown of a part of the year."""
    return Cell(None, None) if is_hidden else _cell(*found)


def _cell(people: int, pence: int) -> Cell:
    return Cell(rounded(people), pence)


def _hidden(counts: Sequence[int], *, whole_is_small: bool, already: frozenset[int] = frozenset()) -> frozenset[int]:
    """Return the places to hide beside a whole that is shown, unless it is small itself."""
    whole = len(counts)
    line = (whole, tuple(range(whole)))
    if whole_is_small:
        return frozenset(range(whole + 1))
    return hide([*counts, sum(counts)], [line], already - {whole}, [whole])


def share(part: int, whole: int) -> float | None:
    """Return part of whole, None where fewer than eight stand on either side or in all."""
    if small(whole) or whole == 0 or small(part) or small(whole - part):
        return None
    return part / whole


def percentile(counts: Mapping[int, int], p: float) -> int | None:
    """Return the smallest value that at least a share `p` of the counted does not exceed (nearest rank)."""
    total = sum(counts.values())
    reached = 0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= p * total:
            return value
    return None
