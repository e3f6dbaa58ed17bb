"""Disclosure control: which counts may be shown so that nobody can work out a number under eight.

The rule of NHS publications for small areas: counts from 1 to 7 are not shown. Here a nought is not shown either and
looks the same, because “nobody” about a group says something of everybody in it. Totals are shown, so further cells
are hidden (secondary suppression, Willenborg & de Waal 2001) until

- the hidden cells of every line whose total is shown are at least two and hold at least eight people together, and
- no hidden cell follows from the others by adding and taking away: in the graph whose vertices are the lines and
  whose edges are the hidden cells, no edge is a bridge (Gusfield 1988).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

THRESHOLD = 8

#: A count, or None where it is not shown.
Shown = int | None
Cell = tuple[int, int]


def total(count: int) -> Shown:
    """Return a count that is shown on its own, None when it is too small."""
    return count if count >= THRESHOLD else None


def one_way(counts: Mapping[str, int]) -> dict[str, Shown]:
    """Return `counts`, parts of one whole that is shown too, with None for those not to be shown."""
    shown: dict[str, Shown] = {key: total(n) for key, n in counts.items()}
    while True:
        hidden = [key for key, n in shown.items() if n is None]
        kept = [key for key, n in shown.items() if n is not None]
        if not hidden or not kept or (len(hidden) > 1 and sum(counts[key] for key in hidden) >= THRESHOLD):
            return shown
        shown[min(kept, key=lambda key: (counts[key], key))] = None


def share_of_whole(count: int, whole: int) -> Shown:
    """Return how many of `whole` said one thing of which others could be said too, None when not to be shown."""
    return count if count >= THRESHOLD and whole - count >= THRESHOLD else None


def two_way(
    cells: Sequence[Sequence[int]], row_totals: Sequence[Shown], column_totals: Sequence[Shown]
) -> list[list[Shown]]:
    """Return `cells` with None for those not to be shown beside these totals, of which some are not shown themselves.

    A column whose total is not shown is hidden whole: it is a group of fewer than eight, or protects one.
    """
    table = _Table(cells, row_totals, column_totals)
    table.protect()
    return [[None if (r, c) in table.hidden else n for c, n in enumerate(row)] for r, row in enumerate(cells)]


class _Table:
    """Cells that are hidden one after the other until nothing follows from the rest."""

    def __init__(
        self, cells: Sequence[Sequence[int]], row_totals: Sequence[Shown], column_totals: Sequence[Shown]
    ) -> None:
        self.cells, self.row_totals, self.column_totals = cells, row_totals, column_totals
        self.hidden: set[Cell] = {
            (r, c)
            for r, row in enumerate(cells)
            for c, n in enumerate(row)
            if n < THRESHOLD or column_totals[c] is None
        }

    def protect(self) -> None:
        """Hide what must be hidden."""
        while any(self._hide_one(line) for line in self._weak_lines()) or self._hide_beside_bridge():
            pass

    def _lines(self) -> list[tuple[list[Cell], Shown]]:
        rows, columns = range(len(self.cells)), range(len(self.column_totals))
        return [
            *(([(r, c) for c in columns], self.row_totals[r]) for r in rows),
            *(([(r, c) for r in rows], self.column_totals[c]) for c in columns),
        ]

    def _weak_lines(self) -> list[list[Cell]]:
        weak = []
        for line, line_total in self._lines():
            hidden = [cell for cell in line if cell in self.hidden]
            if line_total is None:
                # Were all of its cells shown, so would be the total by adding them up.
                bad = not hidden
            else:
                bad = bool(hidden) and (len(hidden) == 1 or sum(self._count(cell) for cell in hidden) < THRESHOLD)
            if bad:
                weak.append(line)
        return weak

    def _hide_one(self, line: Sequence[Cell]) -> bool:
        shown = [cell for cell in line if cell not in self.hidden]
        if not shown:
            return False
        self.hidden.add(min(shown, key=lambda cell: (self._count(cell), cell)))
        return True

    def _count(self, cell: Cell) -> int:
        return self.cells[cell[0]][cell[1]]

    def _hide_beside_bridge(self) -> bool:
        rows, columns = len(self.cells), len(self.column_totals)
        edges = [(r, rows + c) for r, c in sorted(self.hidden)]
        # Hidden totals are unknown as well: their other ends are the lines of row totals and of column totals.
        edges += [(r, rows + columns) for r in range(rows) if self.row_totals[r] is None]
        edges += [(rows + columns + 1, rows + c) for c in range(columns) if self.column_totals[c] is None]
        for row, column in _bridges(edges, rows + columns + 2):
            if row < rows and column < rows + columns:
                c = column - rows
                if self._hide_one([(row, other) for other in range(columns)]) or self._hide_one(
                    [(other, c) for other in range(rows)]
                ):
                    return True
        return False


def _bridges(edges: Sequence[tuple[int, int]], vertices: int) -> list[tuple[int, int]]:
    """Return the edges on no cycle. Each is tested by walking without it: tables here have some dozens of lines."""
    neighbours: list[set[int]] = [set() for _ in range(vertices)]
    for a, b in edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    return [edge for edge in edges if not _joined(neighbours, *edge)]


def _joined(neighbours: Sequence[set[int]], start: int, goal: int) -> bool:
    """Return whether `goal` can be reached from `start` without the edge between them."""
    seen, waiting = {start}, [n for n in neighbours[start] if n != goal]
    while waiting:
        vertex = waiting.pop()
        if vertex == goal:
            return True
        if vertex not in seen:
            seen.add(vertex)
            waiting.extend(neighbours[vertex])
    return False
