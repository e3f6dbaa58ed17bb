"""From a problem to a plan: the probabilities an algorithm wants, and the distribution that gives them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from panel.lottery import hull, mixing, separable
from panel.lottery.certificate import proof
from panel.lottery.errors import InfeasibleError
from panel.lottery.infeasible import SMALL, suggestions
from panel.lottery.kinds import Kinds
from panel.lottery.merging import Found, solved
from panel.lottery.panels import SAME, SIMILAR, Box, Mixture, decomposed
from panel.lottery.problem import Problem
from panel.lottery.programs import Program
from panel.lottery.relaxation import Level, leximin, polished
from panel.lottery.walk import NEAR
from panel.lottery.watching import Watch

#: With at most so many types that are not whole, the whole distribution is written down.
EXPLICIT = 150


@dataclass(frozen=True)
class Plan:
    """`x` (T): expected numbers that are published. `mixture` is None when every draw walks first.

    `levels` prove that nothing is fairer (`levels[0]`: that no lottery's least probability is above `upper_bound`);
    `whole_levels` says that they settle every type. `goal_gap`: how much better, in units of the goal (a sum over
    people: log probability for nash), any other x within the quotas could at most be. `searched_bound`: the smaller
    bound of the least probability that a search through whole panels gave; it rests on the solver's word.
    """

    problem: Problem
    method: str
    x: np.ndarray
    upper_bound: float
    levels: list[Level] = field(default_factory=list)
    whole_levels: bool = False
    mixture: Mixture | None = None
    goal_gap: float = 0.0
    searched_bound: float = 1.0


def planned(problem: Problem, kinds: Kinds, algorithm: str, watch: Watch, explicit: int = EXPLICIT) -> Plan:
    """Return the plan of a lottery with quotas; raise InfeasibleError."""
    _check_possible(problem, kinds)
    found = solved(problem, lambda small: _fairest(small, algorithm, watch))
    x, levels, gap = found.x, found.levels, found.gap
    bound = proof(problem, levels[:1]).bounds[0]
    whole = algorithm == "leximin"
    away = np.abs(x - np.round(x))
    if np.sum(away > NEAR) > explicit:
        return Plan(problem, "walk", x, bound, levels, whole, goal_gap=gap)
    mixture, searched = _explicit(problem, kinds, x, algorithm, watch)
    if np.max(np.abs(mixture.mean - x)) > SAME:
        return Plan(problem, "distribution", mixture.mean, bound, levels[:1], False, mixture, gap, searched)
    return Plan(problem, "distribution", x, bound, levels, whole, mixture, goal_gap=gap)


def _fairest(problem: Problem, algorithm: str, watch: Watch) -> Found:
    """Return the algorithm's best x."""
    if algorithm == "leximin":
        x, levels = leximin(problem, watch)
        return Found(polished(problem, x, [_share(problem, level) for level in levels if level.value < 1]), levels)
    _, levels = leximin(problem, watch, depth=1)
    best = _concave(problem, algorithm, levels[0], watch)
    return Found(best.x, levels, best.gap)


def _share(problem: Problem, level: Level) -> np.ndarray:
    out = np.zeros(problem.types)
    out[level.types] = problem.people[level.types]
    return out


def _concave(problem: Problem, algorithm: str, first: Level, watch: Watch) -> separable.Best:
    """Return the best x for maximin (then Nash among the equally good), nash or proportionate."""
    least = np.zeros(problem.types)
    still = np.zeros(problem.types, bool)
    if algorithm == "maximin" or first.value < SAME:
        least += problem.people * (first.value if first.value >= SAME else 0.0)
        still[first.types] = True
    goal = separable.Goal(algorithm != "proportionate", least, still)
    return separable.solve(problem, goal, watch)


def _explicit(problem: Problem, kinds: Kinds, x: np.ndarray, algorithm: str, watch: Watch) -> tuple[Mixture, float]:
    """Return the mixture nearest to x: next to it, else anywhere, else the algorithm's best among mixtures.

    And the bound of the least probability, where whole panels were searched for it; else 1.
    """
    base = np.floor(x + NEAR).astype(int)
    top = np.where(x - base > NEAR, base + 1, base)
    mixture = decomposed(Box(problem, base, top), x, watch)
    near = SAME if algorithm == "leximin" else SIMILAR
    if mixture is not None and mixture.error <= near:
        return mixture, 1.0
    mixture = decomposed(Box(problem, np.zeros(problem.types, int), problem.largest()), x, watch)
    if mixture is None:
        raise InfeasibleError(suggestions=suggestions(problem, kinds), k=problem.k)
    if mixture.error <= near:
        return mixture, 1.0
    if algorithm in ("leximin", "maximin"):
        return hull.leximin(problem, watch)
    return mixing.best(problem, algorithm == "nash", watch), 1.0


def _check_possible(problem: Problem, kinds: Kinds) -> None:
    whole = problem.types <= SMALL
    if exists(problem, whole):
        return
    raise InfeasibleError(suggestions=suggestions(problem, kinds), k=problem.k)


def exists(problem: Problem, whole: bool) -> bool:
    """Return whether any panel keeps the quotas; with `whole` false, whether any does that may cut people up."""
    if whole:
        return Box(problem, np.zeros(problem.types, int), problem.largest()).best(np.zeros(problem.types)) is not None
    program = Program(problem.matrix, 0.0, (problem.low, problem.high), (0.0, problem.largest().astype(float)))
    return program.solve() is not None
