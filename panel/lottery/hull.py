"""Leximin over panels themselves, for small pools whose relaxation promises what whole people cannot keep.

The method of Flanigan et al. (2021), on types: a master program over the panels found so far, an integer program that
finds the panel the master would like most, types with a positive price settled, and so on. It cannot be checked by
arithmetic alone (the integer program says that no better panel is there), so the relaxation's proof is published too.
"""

from __future__ import annotations

import numpy as np

from panel.lottery.errors import SolverError
from panel.lottery.panels import Box, Mixture, add_panel, mean_of, whole_weights
from panel.lottery.problem import Problem
from panel.lottery.programs import INF, Program, Solution, column_of
from panel.lottery.watching import Watch

SLACKS = (1e-9, 1e-8, 1e-7)


class _Master:
    """Weights of panels such that settled types have what they have, and the least of the others z, the most."""

    def __init__(self, problem: Problem, box: Box, panels: list[np.ndarray]) -> None:
        self.people, self.box, self.panels = problem.people.astype(float), box, panels
        #: What no panel is worth more than, at the prices of the last solution.
        self.most = INF

    def solve(self, value: np.ndarray) -> tuple[Solution, np.ndarray]:
        """Return what priced() does, forgiving as few of the solver's last digits in settled types as will do."""
        for slack in SLACKS:
            found = self.priced(value, slack)
            if found is not None:
                return found
        raise SolverError(status="infeasible")

    def priced(self, value: np.ndarray, slack: float) -> tuple[Solution, np.ndarray] | None:
        """Return the solution over all panels there are, and the types' prices; `value` (T) is NaN where not settled.

        Columns: z, then panels. Rows: types, then the sum of the weights.
        """
        count, free = len(value), np.isnan(value)
        z = column_of(np.append(np.where(free, -self.people, 0.0), 0.0))
        low = np.append(np.where(free, 0.0, value * self.people - slack), 1.0)
        high = np.append(np.full(count, INF), 1.0)
        master = Program(z, np.ones(1), (low, high), (0.0, INF))
        for panel in self.panels:
            add_panel(master, panel)
        while True:
            found = master.solve()
            if found is None:
                return None
            price = np.maximum(0.0, -found.dual[:count])
            better = self.box.best(price[self.box.open])
            self.most = float(price[self.box.open] @ better) if better is not None else INF
            if better is None or self.most <= found.dual[count] + 1e-9:
                return found, price
            self.panels.append(better)
            add_panel(master, better)


def _first(box: Box, count: int) -> list[np.ndarray]:
    """Return a panel for each type that holds as many of it as can be."""
    panels = (box.best(column) for column in np.eye(count))
    return [panel for panel in panels if panel is not None]


def leximin(problem: Problem, watch: Watch) -> tuple[Mixture, float]:
    """Return a mixture of panels whose probabilities are leximin among all mixtures of panels that keep the quotas.

    And the bound of the least probability: by the prices of the first level no panel is worth more than `most`, so no
    mixture gives everybody more than most / (all people at these prices).
    """
    box = Box(problem, np.zeros(problem.types, int), problem.largest())
    if len(box.open) != problem.types:
        raise ValueError("every type has at least one person")
    master = _Master(problem, box, _first(box, problem.types))
    value = np.full(problem.types, np.nan)
    level = np.zeros(problem.types, int)
    shares, bound = np.zeros(0), INF
    while np.isnan(value).any():
        free = np.isnan(value)
        watch.step("fairness", 1 - float(np.mean(free)))
        found, price = master.solve(value)
        if free.all():
            bound = master.most / float(price @ problem.people)
        settled = free & (price * problem.people > 1e-7)
        if not settled.any():
            raise SolverError(status="no type settled")
        value[settled] = max(0.0, found.x[0])
        level[free] += ~settled[free]
        shares = np.maximum(found.x[1:], 0.0)
    kept = np.nonzero(shares > 0)[0].tolist()
    panels = box.whole([master.panels[i] for i in kept])
    even = _evened(panels / problem.people, shares[kept], level)
    weights = whole_weights(even)
    used = [i for i, weight in enumerate(weights) if weight > 0]
    panels, weights = panels[used], [weights[i] for i in used]
    return Mixture(panels, weights, float(np.max(np.abs(mean_of(panels, weights) - value * problem.people)))), bound


def _evened(table: np.ndarray, shares: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return `shares` (P) moved by the solver's last digits so that types of one level have the very same chances.

    `table` (P, T) holds the chances that each panel gives; at the end all types have what their level has.
    """
    alike = (level[:, None] == np.arange(level.max() + 1)[None, :]).astype(float)
    system = np.block([[table.T, -alike], [np.ones((1, len(shares))), np.zeros((1, alike.shape[1]))]])
    due = np.append(np.zeros(len(level)), 1.0)
    here = np.append(shares, (alike.T @ (table.T @ shares)) / alike.sum(axis=0))
    for _ in range(3):
        here = here - np.linalg.lstsq(system, system @ here - due, rcond=1e-12)[0]
    return np.maximum(here[: len(shares)], 0.0)
