"""From how many of each type to who: first the households, then the person in each, all alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from panel.lottery.errors import InfeasibleError
from panel.lottery.infeasible import suggestions
from panel.lottery.kinds import Kinds
from panel.lottery.planning import Plan
from panel.lottery.randomness import Stream
from panel.lottery.residue import End, ended, stops_for
from panel.lottery.walk import Walk
from panel.lottery.watching import Watch


def stream_of(seed: str, terms: str, draw: int) -> Stream:
    """Return the random numbers of a draw (they count from 1).

    They hang on the hash of its `terms` too: with another algorithm, size, quota or pool the same seed draws others.
    """
    return Stream(f"{seed}|{terms}", f"draw {draw}")


def counts_of(plan: Plan, kinds: Kinds, stream: Stream, watch: Watch) -> tuple[np.ndarray, End | None]:
    """Return how many of each type one draw takes (T), and, after a walk, where it ended.

    Raises InfeasibleError when there is no panel where the walk ended: the quotas can be met by parts of people only.
    """
    if plan.mixture is not None:
        return plan.mixture.panels[stream.choose(plan.mixture.weights)], None
    walk = Walk(plan.problem, plan.x, stream)
    end = ended(walk, stops_for(plan.problem), watch)
    if end is None:
        raise InfeasibleError(suggestions=suggestions(plan.problem, kinds), k=plan.problem.k)
    return end.mixture.panels[stream.choose(end.mixture.weights)], end


def people_of(kinds: Kinds, counts: np.ndarray, stream: Stream) -> list[int]:
    """Return the places in the pool of the people chosen."""
    places: list[int] = []
    taken = np.bincount(kinds.group, counts, len(kinds.households)).astype(int)
    start = np.searchsorted(kinds.group, np.arange(len(kinds.households) + 1))
    for group in np.nonzero(taken)[0].tolist():
        homes = stream.sample(range(int(kinds.households[group])), int(taken[group]))
        for t in range(int(start[group]), int(start[group + 1])):
            for _ in range(int(counts[t])):
                housemates = kinds.members[t][homes.pop(0)]
                places.append(int(housemates[stream.below(len(housemates))]))
    return places


def counts_by_type(kinds: Kinds, places: Sequence[int]) -> np.ndarray:
    """Return how many of the people at `places` are of each type (T)."""
    of = {int(place): t for t, members in enumerate(kinds.members) for place in members.flat}
    return np.bincount([of[place] for place in places], minlength=len(kinds))


def fingerprint(ids: Sequence[str]) -> str:
    """Return SHA-256 of the sorted ids, one a line: tells that two selections are the same without telling who."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
