"""What of the figures may be shown: nothing about one to seven people, and nothing from which that could be worked out.

The rule of NHS publications, as in panel.representation.disclosure: nought is shown, 1 to 7 are hidden with others
beside them, people are rounded to 5. Money is shown to the penny where eight people or more stand behind it, and
hidden with them. Years do not overlap and each is broken down once, so two figures cannot be taken from one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panel.representation.disclosure import hide, rounded, small


@dataclass(frozen=True)
class Cell:
    """People and what they cost; both None where they are not shown."""

    people: int | None
    pence: int | None


def spend(parts: Mapping[str, tuple[int, int]], whole: tuple[int, int]) -> tuple[dict[str, Cell], Cell]:
    """Return what may be shown of {key: (people, pence)} and of the whole, which counts each person once."""
    keys = sorted(parts)
    counts = [parts[key][0] for key in keys]
    hidden = _hidden(counts, whole_is_small=small(whole[0]))
    shown = {
        key: Cell(None, None) if place in hidden else Cell(rounded(counts[place]), parts[key][1])
        for place, key in enumerate(keys)
    }
    return shown, Cell(None, None) if small(whole[0]) else Cell(rounded(whole[0]), whole[1])


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
