"""Where a walk ends: the distribution over panels that its last open types are drawn from."""

from __future__ import annotations

import numpy as np

from panel.lottery.panels import SAME, SIMILAR, Box, Mixture, decomposed
from panel.lottery.problem import Problem
from panel.lottery.randomness import Stream
from panel.lottery.walk import NEAR, Walk, order_of
from panel.lottery.watching import Watch

#: A walk stops when so many types are open: the fewer, the faster, and the less likely that panels can make them up.
STOPS = (64, 100, 150, 250)
#: Pools of more types begin with the second: of their walks to 64 one in ten could not be made up.
LARGE = 2000
#: So many types that are whole already may move again where the open ones alone cannot be made up; then more.
OTHERS = (200, 1000)


def stop_for(problem: Problem, x: np.ndarray, watch: Watch) -> int:
    """Return where the walks of a draw shall stop: the first of STOPS at which a trial walk can be made up by panels.

    The trial's randomness is its own and the same for every seed. So the choice cannot depend on which way a draw's
    walk has gone, which would bend the probabilities.
    """
    for stop in STOPS[problem.types > LARGE : -1]:
        walk = Walk(problem, x, Stream("trial", str(stop)))
        walk.go(stop)
        mixture = next_to(walk, watch)
        if mixture is not None and mixture.error <= SAME:
            return stop
    return STOPS[-1]


def next_to(walk: Walk, watch: Watch) -> Mixture | None:
    """Return the nearest mixture of panels that agree with the walk in all types that are whole."""
    base = np.floor(walk.x + NEAR).astype(int)
    top = np.where(walk.x - base > NEAR, base + 1, base)
    return decomposed(Box(walk.problem, base, top), walk.x, watch)


def residual(walk: Walk, watch: Watch) -> Mixture | None:
    """Return a mixture of whole panels whose mean is where the walk stands, or as near as can be found.

    Where types next to the walk cannot make it up, these and some of the commonest others may move by one. What error
    is left is published: it says how far the draw is from its promise. None when no panel is there at all.
    """
    best = next_to(walk, watch)
    for others in OTHERS:
        if best is not None and best.error <= SIMILAR:
            return best
        wider = decomposed(_around(walk, others), walk.x, watch, rounds=1000)
        best = min((one for one in (best, wider) if one is not None), key=lambda one: one.error, default=None)
    return best


def _around(walk: Walk, others: int) -> Box:
    """Return the panels that differ from the walk by one in its open types and the commonest `others`."""
    x = walk.x
    moving = np.zeros(len(x))
    moving[[*walk.open_types(), *order_of(walk.problem)[-others:]]] = 1
    low = np.maximum(np.floor(x + NEAR) - moving, 0)
    high = np.minimum(np.ceil(x - NEAR) + moving, walk.problem.largest())
    return Box(walk.problem, low.astype(int), high.astype(int))
