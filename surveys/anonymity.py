"""How coarse profile categories must be so that at least eight people share what is stored with an answer.

A person who holds the whole database knows who took part and each member's profile. So it does not help that a
category is common: every class of stored combinations, *and the class of those with less stored*, must fit at least
eight people who took part. The classes therefore partition the people, and following the same rule for every member
leads into a class of eight or more, never to a response.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

#: The fewest people any stored combination may fit, and the fewest responses stored at once.
K = 8
#: The language of a response whose own would give too much away: ISO 639 “undetermined”.
UNDETERMINED = "und"
#: What is stored with a response, what matters most for weighting first. The last are given up first.
ORDER: tuple[str, ...] = (
    "age_band",
    "sex",
    "area",
    "ethnic_group_5",
    "disability",
    "language",
    "carer",
    "religion",
    "ethnic_group_19",
)

#: The categories of one person in the order of ORDER; None where nothing is known.
Combination = tuple[Any, ...]


def combination(bands: Mapping[str, Any]) -> Combination:
    """Return `bands` as a combination."""
    return tuple(bands.get(feature) for feature in ORDER)


def bands_of(combination: Combination) -> dict[str, Any]:
    """Return the categories of `combination` that are known, by feature."""
    return {f: v for f, v in zip(ORDER, combination, strict=True) if v is not None}


def partition(counts: Mapping[Combination, int], k: int = K) -> dict[Combination, dict[str, Any]]:
    """Return for each combination the categories that may be stored, so that every class has at least `k` people.

    From the whole inwards: people are divided by the first feature of ORDER that leaves no part under `k`; those of
    rarer categories stay together in a part that does without that feature; each part is divided further in the same
    way. When there are fewer than `k` people in all, nothing may be stored of anybody.
    """
    result: dict[Combination, dict[str, Any]] = {}
    if counts:
        _divide(dict(counts), range(len(ORDER)), {}, k, result)
    return result


def _divide(
    people: dict[Combination, int],
    features: Sequence[int],
    known: dict[str, Any],
    k: int,
    result: dict[Combination, dict[str, Any]],
) -> None:
    for place, feature in enumerate(features):
        kept, rest = _parts(people, feature, k)
        if kept:
            for value, part in kept.items():
                _divide(part, features[place + 1 :], {**known, ORDER[feature]: value}, k, result)
            if rest:
                _divide(rest, features[place + 1 :], known, k, result)
            return
    result.update((c, known) for c in people)


def _parts(
    people: Mapping[Combination, int], feature: int, k: int
) -> tuple[dict[Any, dict[Combination, int]], dict[Combination, int]]:
    """Return the parts by category with at least `k` people, and the rest, which is empty or has at least `k` too."""
    kept: dict[Any, dict[Combination, int]] = defaultdict(dict)
    for combination_, number in people.items():
        kept[combination_[feature]][combination_] = number
    rest = kept.pop(None, {})
    for value in [v for v, part in kept.items() if sum(part.values()) < k]:
        rest |= kept.pop(value)
    while kept and 0 < sum(rest.values()) < k:
        smallest = min(kept, key=lambda v: (sum(kept[v].values()), str(v)))
        rest |= kept.pop(smallest)
    return dict(kept), rest
