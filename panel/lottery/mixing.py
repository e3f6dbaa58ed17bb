"""Nash and proportionate over panels themselves, for small pools whose relaxation no mixture of panels reaches.

Fully corrective Frank-Wolfe (Jaggi, Revisiting Frank-Wolfe, ICML 2013): find the best weights of the panels there are,
let an integer program find the panel that the goal's slope likes best, until none would help by more than the
tolerance. The best x is unique, though several mixtures may have it.
"""

from __future__ import annotations

import numpy as np

from panel.lottery.panels import Box, Mixture, mean_of, whole_weights
from panel.lottery.problem import Problem
from panel.lottery.watching import Watch

#: In units of the goal, a sum over people.
TOLERANCE = 1e-9
ROUNDS = 500


class _Goal:
    """Slope and curvature of the goal over the types that some panel takes."""

    def __init__(self, problem: Problem, nash: bool, kept: np.ndarray) -> None:
        self.nash, self.kept = nash, kept
        self.people = problem.people[kept].astype(float)
        self.even = self.people * (problem.k / problem.people.sum())

    def value(self, x: np.ndarray) -> float:
        if self.nash:
            return float(np.sum(self.people * np.log(x)))
        return float(-np.sum(x * (np.log(x / self.even) - 1)))

    def slope(self, x: np.ndarray) -> np.ndarray:
        return self.people / x if self.nash else -np.log(x / self.even)

    def bend(self, x: np.ndarray) -> np.ndarray:
        return self.people / (x * x) if self.nash else 1 / x


def best(problem: Problem, nash: bool, watch: Watch) -> Mixture:
    """Return the mixture of panels that is best for the goal; `error` is what weights lose by being whole numbers."""
    box = Box(problem, np.zeros(problem.types, int), problem.largest())
    first = (box.best(row) for row in np.eye(problem.types))
    panels = [panel for panel in first if panel is not None]
    kept = np.nonzero(np.sum(panels, axis=0) > 0)[0]
    goal = _Goal(problem, nash, kept)
    shares = np.full(len(panels), 1 / len(panels))
    for turn in range(ROUNDS):
        watch.step("fairness", turn / ROUNDS)
        table = np.array(panels)[:, kept].T
        shares = _weights(goal, table, shares)
        x = table @ shares
        worth = np.zeros(problem.types)
        worth[kept] = goal.slope(x)
        better = box.best(worth)
        if better is None or worth[kept] @ (better[kept] - x) <= TOLERANCE:
            break
        panels.append(better)
        shares = np.append(shares * 0.99, 0.01)
    whole = whole_weights(shares)
    chosen = [i for i, weight in enumerate(whole) if weight > 0]
    out, weights = box.whole([panels[i] for i in chosen]), [whole[i] for i in chosen]
    aim = np.zeros(problem.types)
    aim[kept] = np.array(panels)[:, kept].T[:, : len(shares)] @ shares
    return Mixture(out, weights, float(np.max(np.abs(mean_of(out, weights) - aim))))


def _weights(goal: _Goal, table: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the best shares of the panels (columns of `table`), by Newton's method with a vanishing barrier."""
    barrier = 1e-2
    shares = (shares + 1e-3) / np.sum(shares + 1e-3)
    while barrier > 1e-13:
        for _ in range(30):
            x = table @ shares
            slope = table.T @ goal.slope(x) + barrier / shares
            bend = (table.T * goal.bend(x)) @ table + np.diag(barrier / shares**2 + 1e-14)
            inverse = np.linalg.solve(bend, np.stack([slope, np.ones(len(shares))], axis=1))
            step = inverse[:, 0] - inverse[:, 1] * (np.sum(inverse[:, 0]) / np.sum(inverse[:, 1]))
            rise = float(slope @ step)
            if rise < 1e-3 * barrier:
                break
            shares = _stepped(goal, table, shares, step, barrier, rise)
        barrier /= 10
    return shares / np.sum(shares)


def _stepped(
    goal: _Goal, table: np.ndarray, shares: np.ndarray, step: np.ndarray, barrier: float, rise: float
) -> np.ndarray:
    falling = step < 0
    length = min(1.0, 0.95 * float(np.min(shares[falling] / -step[falling]))) if falling.any() else 1.0
    now = goal.value(table @ shares) + barrier * float(np.sum(np.log(shares)))
    for _ in range(40):
        new = shares + length * step
        if goal.value(table @ new) + barrier * float(np.sum(np.log(new))) >= now + 0.05 * length * rise:
            return new
        length /= 2
    return shares
