"""Small random pools with quotas that some panel keeps."""

from collections import Counter

from hypothesis import strategies as st

from panel.lottery.pool import Pool
from panel.lottery.quotas import JOIN, Quota


@st.composite
def lotteries(draw, most=8, households=False, joint=False):
    """Return pool, quotas, k: the quotas are drawn around a panel that the pool can make up, so one exists.

    With `joint` some cells of sex by age have quotas too, besides those of the margins.
    """
    n = draw(st.integers(3, most))
    names = ["sex", "age", "area"][: draw(st.integers(2 if joint else 1, 3))]
    columns = {name: draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=n, max_size=n)) for name in names}
    homes = list(range(n))
    if households:
        homes = draw(st.lists(st.integers(0, n), min_size=n, max_size=n))
        columns["home"] = [str(home) for home in homes]
    order = draw(st.permutations(range(n)))
    able = list({homes[i]: i for i in order}.values())
    k = draw(st.integers(1, len(able)))
    witness = able[:k]
    quotas = []
    values = {name: columns[name] for name in names}
    if joint:
        values[JOIN.join(names[:2])] = [JOIN.join(pair) for pair in zip(*(columns[n] for n in names[:2]), strict=True)]
    for name, people in values.items():
        there = Counter(people[i] for i in witness)
        for feature in sorted(set(people)):
            if name in names or draw(st.booleans()):
                low, high = draw(st.integers(0, there[feature])), draw(st.integers(there[feature], k))
                quotas.append(Quota(name, feature, low, high, len(quotas) + 2))
    return Pool([f"p{i:02d}" for i in range(n)], columns), quotas, k


def example():
    """Return the paper's example: 200 people, 20 to choose, at least 9 of each feature."""
    kinds = [("female", "liberal")] * 99 + [("female", "conservative")] + [("male", "conservative")] * 100
    columns = {"gender": [k[0] for k in kinds], "leaning": [k[1] for k in kinds]}
    pairs = [("gender", "female"), ("gender", "male"), ("leaning", "liberal"), ("leaning", "conservative")]
    quotas = [Quota(c, f, 9, 20, row) for row, (c, f) in enumerate(pairs, 2)]
    return Pool([f"{i:03d}" for i in range(200)], columns), quotas, 20
