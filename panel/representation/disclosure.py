"""Which counts of a table may be shown: the NHS rule, kept for tables whose parts and totals hang together.

Nought is shown, 1 to 7 are hidden, everything else is rounded to the nearest 5 (totals are added up first, then
rounded). Further numbers are hidden (secondary suppression, Willenborg & de Waal 2001) until

- every line whose total is shown has no hidden part, or at least two that stand for eight people or more together, and
- no hidden number follows from those shown by adding and taking away: it varies in the null space of the equations
  "parts = total" over what is hidden (Fischetti & Salazar 2000 call this the attacker's problem).

A table is protected with the totals of the table above it fixed, so that the same number is shown or hidden on every
page, whatever area is looked at. Rounding leaves an attacker intervals where equations would be left.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np

THRESHOLD = 8
_STEP = 5

#: (the number of the total, the numbers of its parts).
Line = tuple[int, tuple[int, ...]]
#: A count as it is shown, None where it is hidden.
Shown = int | None


def small(count: int) -> bool:
    """Return whether a count is too small to be shown."""
    return 0 < count < THRESHOLD


def rounded(count: int) -> int:
    """Return a count as it is shown, to the nearest 5."""
    return _STEP * ((count + _STEP // 2) // _STEP)


def hide(
    counts: Sequence[int], lines: Iterable[Line], hidden: Iterable[int] = (), fixed: Iterable[int] = ()
) -> frozenset[int]:
    """Return the numbers (places in `counts`) of what is not shown.

    `fixed` were decided in a table above: of them those in `hidden` stay hidden and the others stay shown.
    """
    return _hide(tuple(counts), tuple(lines), frozenset(hidden), frozenset(fixed))


@functools.lru_cache(maxsize=2048)
def _hide(
    counts: tuple[int, ...], lines: tuple[Line, ...], hidden: frozenset[int], fixed: frozenset[int]
) -> frozenset[int]:
    table = _Table(counts, lines, hidden, fixed)
    table.protect()
    return frozenset(table.hidden)


class _Table:
    """Numbers that are hidden one after the other until nothing follows from the rest."""

    def __init__(
        self, counts: Sequence[int], lines: Sequence[Line], hidden: frozenset[int], fixed: frozenset[int]
    ) -> None:
        self.counts, self.lines, self.fixed = counts, lines, fixed
        self.hidden = {i for i, n in enumerate(counts) if small(n) and i not in fixed} | hidden

    def protect(self) -> None:
        """Hide what must be hidden; every round hides at least one more, so this ends."""
        while self._strengthen() or self._free_determined():
            pass

    def _strengthen(self) -> bool:
        done = [self._hide_one(line) for line in self.lines if self._is_weak(line)]
        return any(done)

    def _is_weak(self, line: Line) -> bool:
        total, parts = line
        hidden = [i for i in parts if i in self.hidden]
        if total in self.hidden:
            return not hidden
        return bool(hidden) and (len(hidden) == 1 or sum(self.counts[i] for i in hidden) < THRESHOLD)

    def _hide_one(self, line: Line) -> bool:
        """Hide the smallest part that counts somebody, else the total, else a nought; return whether one could be."""
        total, parts = line
        free = [i for i in parts if i not in self.hidden and i not in self.fixed]
        somebody = [i for i in free if self.counts[i]]
        others = [total] if total not in self.hidden and total not in self.fixed else []
        for choice in (somebody, others, free):
            if choice:
                self.hidden.add(min(choice, key=lambda i: (self.counts[i], i)))
                return True
        return False

    def _free_determined(self) -> bool:
        """Hide one more beside each number that follows from the others; return whether any was hidden."""
        done = [self._hide_beside(i) for i in self._determined()]
        return any(done)

    def _determined(self) -> list[int]:
        unknown = sorted(self.hidden)
        place = {i: p for p, i in enumerate(unknown)}
        rows = []
        for total, parts in self.lines:
            row = np.zeros(len(unknown))
            for i in parts:
                if i in place:
                    row[place[i]] = 1.0
            if total in place:
                row[place[total]] = -1.0
            if row.any():
                rows.append(row)
        if not rows:
            return []
        _u, sizes, basis = np.linalg.svd(np.array(rows), full_matrices=True)
        free = basis[int((sizes > 1e-9).sum()) :]
        moves = np.sqrt((free**2).sum(axis=0))
        return [i for i, move in zip(unknown, moves, strict=True) if move < 1e-9 and small(self.counts[i])]

    def _hide_beside(self, number: int) -> bool:
        beside = [line for line in self.lines if number == line[0] or number in line[1]]
        return any(self._hide_one(line) for line in beside)
