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
            if better is None or price[self.box.open] @ better <= found.dual[count] + 1e-9:
                return found, price
            self.panels.append(better)
            add_panel(master, better)


def _first(box: Box, count: int) -> list[np.ndarray]:
    """Return a panel for each type that holds as many of it as can be."""
    panels = (box.best(column) for column in np.eye(count))
    return [panel for panel in panels if panel is not None]


def leximin(problem: Problem, watch: Watch) -> Mixture:
    """Return a mixture of panels whose probabilities are leximin among all mixtures of panels that keep the quotas."""
    box = Box(problem, np.zeros(problem.types, int), problem.largest())
    if len(box.open) != problem.types:
        raise ValueError("every type has at least one person")
    master = _Master(problem, box, _first(box, problem.types))
    value = np.full(problem.types, np.nan)
    found = None
    while np.isnan(value).any():
        free = np.isnan(value)
        watch.step("fairness", 1 - float(np.mean(free)))
        found, price = master.solve(value)
        settled = free & (price * problem.people > 1e-7)
        if not settled.any():
            raise SolverError(status="no type settled")
        value[settled] = max(0.0, found.x[0])
    assert found is not None  # noqa: S101  a pool has at least one type
    weights = whole_weights(np.maximum(found.x[1:], 0.0))
    kept = [i for i, weight in enumerate(weights) if weight > 0]
    panels, weights = box.whole([master.panels[i] for i in kept]), [weights[i] for i in kept]
    return Mixture(panels, weights, float(np.max(np.abs(mean_of(panels, weights) - value * problem.people))))
