"""The field's own library agrees on the least probability, where somebody has installed it (its licence is GPL-3)."""

import random

import pytest

from panel.lottery.engine import draw
from panel.lottery.pool import Pool
from panel.lottery.quotas import Quota

oracle = pytest.importorskip(
    "sortition_algorithms", reason="an oracle that is installed by hand: it is GPL-3, and no part of the project"
)


def lottery(seed):
    """Return a pool of some 30 people with three features, quotas around a panel of 8 that exists."""
    source = random.Random(seed)
    n, k = 30, 8
    columns = {name: source.choices(values, range(1, len(values) + 1), k=n) for name, values in _FEATURES.items()}
    chosen = source.sample(range(n), k)
    quotas = []
    for name, values in _FEATURES.items():
        for value in values:
            count = sum(columns[name][i] == value for i in chosen)
            quotas.append(Quota(name, value, max(0, count - 1), count + 1))
    return Pool([f"p{i:02d}" for i in range(n)], columns), quotas, k


_FEATURES = {"sex": ["f", "m"], "age": ["young", "middle", "old"], "area": ["n", "e", "s", "w"]}


def theirs(pool, quotas, k):
    """Return the least probability that the library's maximin gives."""
    head = ["feature", "value", "min", "max"]
    body = [dict(zip(head, (q.category, q.feature, str(q.min), str(q.max)), strict=True)) for q in quotas]
    features, feature_column, _ = oracle.read_in_features(head, body, k)
    settings = oracle.Settings(id_column="id", columns_to_keep=[])
    rows = [{"id": person, **{c: pool.columns[c][i] for c in pool.columns}} for i, person in enumerate(pool.ids)]
    people, _ = oracle.read_in_people(["id", *pool.columns], rows, features, settings, feature_column)
    found = oracle.committee_generation.find_distribution_maximin(features, people, k, [])
    chances = dict.fromkeys(pool.ids, 0.0)
    for committee, weight in zip(found[0], found[1], strict=True):
        for person in committee:
            chances[person] += weight
    return min(chances.values())


@pytest.mark.parametrize("seed", range(6))
def test_the_least_probability_is_that_of_the_library(seed):
    pool, quotas, k = lottery(seed)
    ours = draw(pool, quotas, k, seed="1").min_probability
    assert ours == pytest.approx(theirs(pool, quotas, k), abs=2e-3)  # the library stops within a thousandth
    assert ours >= theirs(pool, quotas, k) - 1e-9
