"""An attacker who knows the rules tries to work out hidden numbers from shown ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.representation import disclosure
from panel.representation.disclosure import hide, rounded, small
from tests.panel.representation.attacker import attack


def known(count, is_hidden):
    """Return the least and most a number can be for somebody who sees the table."""
    if is_hidden:
        return 0, None
    return (0, 0) if count == 0 else (max(8, rounded(count) - 2), rounded(count) + 2)


def narrowed(counts, lines, hidden, number, bounds=None):
    """Return the least and most a hidden number can be, given everything shown and that parts add up."""
    return attack(bounds or [known(n, i in hidden) for i, n in enumerate(counts)], lines, [number])[number]


def table(rows, columns):
    """Return the lines of a table laid out row by row, with a last row and a last column of totals."""
    width = columns + 1
    lines = [(r * width + columns, tuple(r * width + c for c in range(columns))) for r in range(rows + 1)]
    return lines + [(rows * width + c, tuple(r * width + c for r in range(rows))) for c in range(width)]


def with_totals(cells):
    cells = np.array(cells)
    cells = np.vstack([cells, cells.sum(axis=0)])
    return [int(n) for n in np.column_stack([cells, cells.sum(axis=1)]).ravel()]


counts_of_people = st.one_of(st.integers(0, 12), st.integers(0, 60))
tables = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(counts_of_people, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


class TestRounded:
    def test_is_the_nearest_five(self):
        assert [rounded(n) for n in (0, 8, 11, 12, 13, 17, 18)] == [0, 10, 10, 10, 15, 15, 20]


class TestHide:
    def test_shows_nought_and_hides_one_to_seven(self):
        counts = [0, 7, 5, 30, 42]
        assert hide(counts, [(4, (0, 1, 2, 3))]) == {1, 2}

    def test_hides_a_second_number_where_one_would_follow(self):
        assert hide([3, 9, 30, 42], [(3, (0, 1, 2))]) == {0, 1}

    def test_hides_more_where_the_hidden_are_fewer_than_eight_together(self):
        assert hide([3, 2, 9, 30, 44], [(4, (0, 1, 2, 3))]) == {0, 1, 2}

    def test_hides_a_total_that_was_hidden_above_and_a_part_of_it(self):
        # The total is fixed as hidden: were all parts shown, so would be the total.
        assert hide([20, 10, 30], [(2, (0, 1))], hidden=[2], fixed=[2]) == {1, 2}

    def test_never_touches_what_was_decided_above(self):
        found = hide([3, 40, 43], [(2, (0, 1))], fixed=[2])
        assert found == {0, 1}

    def test_breaks_a_chain_of_differences_that_no_single_line_gives_away(self):
        # Rows and columns of hidden numbers that meet in one cell only.
        cells = [[3, 20, 20, 9], [20, 20, 20, 20], [20, 20, 20, 20], [9, 20, 20, 5]]
        counts, lines = with_totals(cells), table(4, 4)
        hidden = hide(counts, lines)
        for number in (i for i, n in enumerate(counts) if small(n)):
            least, most = narrowed(counts, lines, hidden, number, exact(counts, hidden))
            assert most - least >= 2

    @given(tables)
    @settings(max_examples=60, deadline=None)
    def test_no_count_of_one_to_seven_follows_from_the_shown_ones(self, cells):
        counts, lines = with_totals(cells), table(len(cells), len(cells[0]))
        hidden = hide(counts, lines)
        for number in (i for i, n in enumerate(counts) if small(n)):
            assert number in hidden
            least, most = narrowed(counts, lines, hidden, number)
            assert most - least >= 2, (cells, number)

    @given(tables)
    @settings(max_examples=60, deadline=None)
    def test_not_even_were_nothing_rounded(self, cells):
        counts, lines = with_totals(cells), table(len(cells), len(cells[0]))
        hidden = hide(counts, lines)
        for number in (i for i, n in enumerate(counts) if small(n)):
            least, most = narrowed(counts, lines, hidden, number, exact(counts, hidden))
            assert most - least >= 1, (cells, number)

    @given(tables)
    @settings(max_examples=40, deadline=None)
    def test_a_line_whose_total_is_shown_hides_eight_people_or_nobody(self, cells):
        counts, lines = with_totals(cells), table(len(cells), len(cells[0]))
        hidden = hide(counts, lines)
        for total, parts in lines:
            unseen = [counts[i] for i in parts if i in hidden]
            if total not in hidden and unseen:
                assert len(unseen) > 1
                assert sum(unseen) >= disclosure.THRESHOLD


def exact(counts, hidden):
    """Return what somebody knows who sees shown numbers as they are."""
    return [(0, None) if i in hidden else (n, n) for i, n in enumerate(counts)]
