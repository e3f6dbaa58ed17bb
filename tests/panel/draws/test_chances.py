"""What the numbers of a plan settle about the seats of each category: never less or more than some group has."""

from __future__ import annotations

from itertools import product

import hypothesis.strategies as st
from hypothesis import given

from panel.draws.chances import seats

CATEGORY = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))


class TestSeats:
    def test_what_the_others_cannot_fill_is_left_for_one(self):
        found = seats({"a": 2, "b": 9}, {"a": (0, 9), "b": (0, 9)}, 8)
        assert found == {"a": (0, 2), "b": (6, 8)}

    def test_a_category_with_too_few_people_has_none(self):
        assert seats({"a": 1, "b": 9}, {"a": (2, 3), "b": (0, 9)}, 8)["a"] is None

    @given(st.lists(CATEGORY, min_size=1, max_size=4), st.integers(1, 12))
    def test_they_are_those_of_some_group(self, drawn, size):
        people = {str(i): count for i, (count, _, _) in enumerate(drawn)}
        wanted = {str(i): (min(a, b), max(a, b)) for i, (_, a, b) in enumerate(drawn)}
        possible = [
            group
            for group in product(*(range(low, min(high, people[c]) + 1) for c, (low, high) in wanted.items()))
            if sum(group) == size
        ]
        found = seats(people, wanted, size)
        for place, category in enumerate(wanted):
            if possible:
                counts = [group[place] for group in possible]
                assert found[category] == (min(counts), max(counts))
