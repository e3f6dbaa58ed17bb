"""Disclosure control: no number under eight is shown or can be worked out from what is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import disclosure
from surveys.disclosure import THRESHOLD, one_way, two_way

_counts = st.integers(min_value=0, max_value=40)


class TestOneWay:
    def test_shows_everything_when_nothing_is_small(self):
        assert one_way({"a": 8, "b": 20}) == {"a": 8, "b": 20}

    def test_hides_a_second_cell_so_that_the_small_one_does_not_follow(self):
        assert one_way({"a": 3, "b": 20, "c": 50}) == {"a": None, "b": None, "c": 50}

    def test_nobody_looks_like_a_few(self):
        few, nobody = one_way({"a": 3, "b": 20, "c": 50}), one_way({"a": 0, "b": 20, "c": 50})
        assert [k for k, v in few.items() if v is None] == [k for k, v in nobody.items() if v is None]

    @given(st.lists(_counts, min_size=1, max_size=8))
    def test_no_sum_of_hidden_cells_is_small(self, numbers):
        counts = {str(i): n for i, n in enumerate(numbers)}
        shown = one_way(counts)
        hidden = [counts[k] for k, v in shown.items() if v is None]
        assert all(v is None or v >= THRESHOLD for v in shown.values())
        if hidden and len(hidden) < len(counts):
            assert len(hidden) >= 2
            assert sum(hidden) >= THRESHOLD


class TestShareOfWhole:
    def test_hides_an_answer_nearly_everybody_gave(self):
        assert disclosure.share_of_whole(98, 100) is None
        assert disclosure.share_of_whole(92, 100) == 92


def _solutions(cells, shown, row_totals, column_totals, limit):
    """Return, for each hidden cell, values it can have given what is shown: all of them, or at least two."""
    rows, columns = len(cells), len(cells[0])
    hidden = [(r, c) for r in range(rows) for c in range(columns) if shown[r][c] is None]
    possible = {cell: set() for cell in hidden}
    table = [list(row) for row in shown]

    def fits(line, total):
        return total is None or None in line or sum(line) == total

    def try_from(place):
        if all(len(values) > 1 for values in possible.values()):
            return
        if place == len(hidden):
            for r, c in hidden:
                possible[r, c].add(table[r][c])
            return
        r, c = hidden[place]
        for table[r][c] in range(limit + 1):
            # Lines that are whole already spare trying what lies behind them.
            if fits(table[r], row_totals[r]) and fits([row[c] for row in table], column_totals[c]):
                try_from(place + 1)
        table[r][c] = None

    try_from(0)
    return possible


def _totals(cells):
    rows = {str(i): sum(row) for i, row in enumerate(cells)}
    columns = {str(i): sum(row[i] for row in cells) for i in range(len(cells[0]))}
    return list(one_way(rows).values()), list(one_way(columns).values())


class TestTwoWay:
    def test_a_small_cell_takes_a_rectangle_with_it(self):
        cells = [[30, 20, 25], [3, 40, 35], [22, 33, 44]]
        rows, columns = _totals(cells)
        shown = two_way(cells, rows, columns)
        assert shown[1][0] is None
        for line in [*shown, *zip(*shown, strict=True)]:
            assert sum(v is None for v in line) != 1

    def test_no_hidden_cell_has_only_one_possible_value(self):
        cells = [[9, 2], [3, 14]]
        rows, columns = _totals(cells)
        shown = two_way(cells, rows, columns)
        for cell, values in _solutions(cells, shown, rows, columns, 28).items():
            assert len(values) > 1, cell

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_every_line_with_a_total_hides_nothing_or_enough(self, data):
        height, width = data.draw(st.integers(2, 5)), data.draw(st.integers(1, 5))
        cells = [[data.draw(_counts) for _ in range(width)] for _ in range(height)]
        rows, columns = _totals(cells)
        shown = two_way(cells, rows, columns)
        lines = [(shown[r], cells[r], rows[r]) for r in range(height)]
        lines += [([row[c] for row in shown], [row[c] for row in cells], columns[c]) for c in range(width)]
        for line, real, total in lines:
            hidden = [n for n, s in zip(real, line, strict=True) if s is None]
            assert all(s is None or s >= THRESHOLD for s in line)
            if total is not None and hidden and len(hidden) < len(line):
                assert len(hidden) > 1
                assert sum(hidden) >= THRESHOLD
            if total is None:
                assert hidden, "the hidden total follows by adding up"

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=2))
    def test_small_tables_leave_every_hidden_cell_open(self, cells):
        rows, columns = _totals(cells)
        shown = two_way(cells, rows, columns)
        for cell, values in _solutions(cells, shown, rows, columns, 24).items():
            assert len(values) > 1, cell


@pytest.mark.parametrize("edges", [[(0, 2), (0, 3), (1, 2), (1, 3)]])
def test_a_ring_has_no_bridge(edges):
    assert disclosure._bridges(edges, 4) == []


def test_the_edge_between_two_rings_is_a_bridge():
    rings = [(0, 4), (0, 5), (1, 4), (1, 5), (2, 6), (2, 7), (3, 6), (3, 7)]
    assert disclosure._bridges([*rings, (0, 6)], 8) == [(0, 6)]
