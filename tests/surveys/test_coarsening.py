"""Which profile categories are stored with an anonymous answer: every class has eight people or more."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import anonymity
from surveys.anonymity import K, bands_of, combination, partition

_person = st.fixed_dictionaries(
    {},
    optional={
        "age_band": st.sampled_from(["16-19", "25-34", "85+"]),
        "sex": st.sampled_from(["female", "male"]),
        "area": st.sampled_from([1, 2]),
        "ethnic_group_5": st.sampled_from(["white", "asian", "black"]),
        "language": st.sampled_from(["en", "ar"]),
    },
)


class TestPartition:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(_person, max_size=120))
    def test_every_class_has_eight_people_or_nothing_is_stored_of_anybody(self, people):
        counts = Counter(combination(p) for p in people)
        classes = partition(counts)
        sizes = Counter()
        for combination_, number in counts.items():
            sizes[tuple(sorted(classes[combination_].items()))] += number
        if len(people) < K:
            assert set(sizes) <= {()}
        else:
            assert min(sizes.values(), default=K) >= K

    @given(st.lists(_person, max_size=60))
    def test_nothing_is_stored_that_is_not_true(self, people):
        counts = Counter(combination(p) for p in people)
        for combination_, known in partition(counts).items():
            assert known.items() <= bands_of(combination_).items()

    def test_one_rare_person_takes_others_along_into_the_class_without_categories(self):
        usual, rare = combination({"sex": "female"}), combination({"sex": "male"})
        classes = partition({usual: 99, rare: 1})
        assert classes == {usual: {}, rare: {}}

    def test_what_matters_for_weighting_is_kept_longest(self):
        counts = {combination({"age_band": age, "religion": r}): 5 for age in ("16-19", "25-34") for r in ("a", "b")}
        assert {tuple(known) for known in partition(counts).values()} == {("age_band",)}
        assert anonymity.ORDER[0] == "age_band"
