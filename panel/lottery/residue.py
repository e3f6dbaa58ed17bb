"""Where a walk ends: the distribution over panels that its last open types are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panel.lottery.panels import SIMILAR, Box, Mixture, decomposed
from panel.lottery.problem import Problem
from panel.lottery.walk import NEAR, Walk, order_of
from panel.lottery.watching import Watch

#: A walk pauses when so many types are open: the more, the slower, and the likelier that panels can make them up.
STOPS = (250, 150, 100, 64)
#: Pools of more types than the first begin with the first stop, of more than the second with the second, others after.
LARGE = (20_000, 2_000)
#: So many types that are whole already may move again where the open ones alone cannot be made up; then more.
OTHERS = (200, 1000)


@dataclass(frozen=True)
class End:
    """The `stops` at which a walk paused, the last of which it was drawn at, and the `mixture` it was drawn from."""

    stops: list[int]
    mixture: Mixture


def stops_for(problem: Problem) -> tuple[int, ...]:
    """Return where walks pause: it hangs on the size of the pool alone, so that nobody can choose."""
    return STOPS[sum(problem.types <= large for large in LARGE) :]


def ended(walk: Walk, stops: Sequence[int], watch: Watch) -> End | None:
    """Walk to the first of `stops` at which panels can make up where it stands, and return that end.

    A stop that fails is left by walking on, never by going back: whether to stop is then known without a look ahead,
    and the mean stays where it was (optional stopping of a martingale). Going back to an earlier stop because the later
    one failed would bend the probabilities. Where the last fails, the commonest types may move again; what error is
    left is published, and says how far the draw is from its promise. None when no panel is there at all.
    """
    paused = []
    best = None
    for stop in stops:
        walk.go(stop)
        paused.append(stop)
        best = next_to(walk, watch)
        if best is not None and best.error <= SIMILAR:
            return End(paused, best)
        if len(walk.open_types()) > stop:
            break  # no direction is left to walk in
    for others in OTHERS:
        wider = decomposed(_around(walk, others), walk.x, watch, rounds=1000)
        best = min((one for one in (best, wider) if one is not None), key=lambda one: one.error, default=None)
        if best is not None and best.error <= SIMILAR:
            break
    return End(paused, best) if best is not None else None


def next_to(walk: Walk, watch: Watch) -> Mixture | None:
    """Return the nearest mixture of panels that agree with the walk in all types that are whole."""
    base = np.floor(walk.x + NEAR).astype(int)
    top = np.where(walk.x - base > NEAR, base + 1, base)
    return decomposed(Box(walk.problem, base, top), walk.x, watch)


def _around(walk: Walk, others: int) -> Box:
    """Return the panels that differ from the walk by one in its open types and the commonest `others`."""
    x = walk.x
    moving = np.zeros(len(x))
    moving[[*walk.open_types(), *order_of(walk.problem)[-others:]]] = 1
    low = np.maximum(np.floor(x + NEAR) - moving, 0)
    high = np.minimum(np.ceil(x - NEAR) + moving, walk.problem.largest())
    return Box(walk.problem, low.astype(int), high.astype(int))
