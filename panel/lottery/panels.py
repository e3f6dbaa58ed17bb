"""Expected numbers as an explicit distribution over whole panels that meet every quota.

First straight ahead (Carathéodory): take a panel on the smallest face that holds the expectation, give it as much
weight as it can have, go on with what is left; every step reaches a new face. Where the faces are not whole, by column
generation: a master program gives the panels weights that come as near as they can, an integer program finds the panel
that would help most, and when none helps the rest is proved not to be reachable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.lottery.problem import Problem, Sparse
from panel.lottery.programs import INF, Program, diagonal, stacked
from panel.lottery.watching import Watch

#: A walk leaves sums of rows off by its last digits. What changes by less does not change: else a row at its end, a
#: trillionth beyond it, would let no panel have any weight.
STILL = 1e-8
#: Weights are whole numbers of this sum, so that a draw has exactly the chances that are published.
UNITS = 1 << 60
NEAR = 1e-9
#: So near to a whole number a solver's number is whole.
WHOLE = 1e-7
#: So much of the best prices so far goes into those that the next panel is looked for with.
STEADY = 0.7
#: Two numbers of people that differ by less are called the same.
SAME = 1e-9
#: To this the goals with curves are solved; then what the draw really has is published.
SIMILAR = 1e-6


@dataclass(frozen=True)
class Mixture:
    """`panels` (P, T) of whole numbers with `weights` (P) that sum to UNITS; `error` is the largest |mean - aim|."""

    panels: np.ndarray
    weights: list[int]
    error: float

    @property
    def mean(self) -> np.ndarray:
        """The expected numbers that the mixture really has (T)."""
        return mean_of(self.panels, self.weights)


def mean_of(panels: np.ndarray, weights: list[int]) -> np.ndarray:
    """Return the expected numbers, exact but for the last rounding."""
    out = [sum(w * int(c) for w, c in zip(weights, column, strict=True)) / UNITS for column in panels.T]
    return np.array(out)


def whole_weights(shares: np.ndarray) -> list[int]:
    """Return whole numbers near `shares` of their sum, that sum to UNITS; the largest takes up the rounding."""
    total = float(np.sum(shares))
    weights = [int(float(share) / total * UNITS) for share in shares]
    weights[int(np.argmax(shares))] += UNITS - sum(weights)
    return weights


class Box:
    """The whole panels with `base` <= panel <= `top`, over the types `open` where these differ."""

    def __init__(self, problem: Problem, base: np.ndarray, top: np.ndarray) -> None:
        self.problem, self.base = problem, base
        self.open = np.nonzero(top > base)[0]
        self.top = (top - base)[self.open]
        groups = np.unique(problem.group[self.open])
        crowded = groups[np.bincount(problem.group[self.open], minlength=len(problem.households))[groups] > 1]
        place = np.full(len(problem.households), -1)
        place[crowded] = np.arange(len(crowded))
        mine = np.nonzero(place[problem.group[self.open]] >= 0)[0]
        shared = Sparse(place[problem.group[self.open[mine]]], mine, np.ones(len(mine)), (len(crowded), len(self.open)))
        rows = problem.matrix.restricted(self.open)
        height = rows.shape[0]
        self.rows = stacked([(rows, 0, 0), (shared, height, 0)], (height + len(crowded), len(self.open)))
        taken, room = problem.matrix.times(base), problem.households - problem.group_sums(base)
        self.low = np.append(problem.low - taken, np.zeros(len(crowded)))
        self.high = np.append(problem.high - taken, room[crowded])
        self._programs = [
            Program(self.rows, 0.0, (self.low, self.high), (0.0, self.top.astype(float)), integer=whole)
            for whole in (False, True)
        ]

    def best(self, worth: np.ndarray) -> np.ndarray | None:
        """Return the panel (open types, above base) worth most.

        The linear program starts where the last one ended and is often whole by itself; it takes a tenth of the time.
        """
        for program in self._programs:
            program.set_cost(worth)
            found = program.solve()
            if found is None:
                return None
            panel = np.round(found.x)
            if np.max(np.abs(found.x - panel), initial=0.0) < WHOLE and self._holds(panel):
                break
        return panel

    def _holds(self, panel: np.ndarray) -> bool:
        sums = self.rows.times(panel)
        return bool(np.all(sums > self.low - 0.5) and np.all(sums < self.high + 0.5))

    def on_face(self, y: np.ndarray) -> np.ndarray | None:
        """Return a panel near y that agrees with it wherever y touches a bound or a row is at its end."""
        low = np.where(np.abs(y - np.round(y)) < NEAR, np.round(y), np.floor(y))
        high = np.where(np.abs(y - np.round(y)) < NEAR, np.round(y), np.ceil(y))
        sums = self.rows.times(y)
        bottom = np.where(sums > self.high - NEAR, self.high, self.low)
        top = np.where(sums < self.low + NEAR, self.low, self.high)
        self._limit(low, high, bottom, top)
        found = self.best(2 * y - low - high)
        self._limit(np.zeros(len(y)), self.top.astype(float), self.low, self.high)
        return found

    def _limit(self, low: np.ndarray, high: np.ndarray, bottom: np.ndarray, top: np.ndarray) -> None:
        for program in self._programs:
            program.set_bounds(low, high)
            program.set_rows(bottom, top)

    def whole(self, panels: list[np.ndarray]) -> np.ndarray:
        """Return panels over all types."""
        out = np.tile(np.asarray(self.base, np.int64), (len(panels), 1))
        out[:, self.open] += np.round(np.array(panels)).astype(np.int64)
        return out


def decomposed(box: Box, aim: np.ndarray, watch: Watch, tolerance: float = 1e-10, rounds: int = 3000) -> Mixture | None:
    """Return a mixture of panels whose mean is `aim` (T), or as near as can be; None when the box holds no panel."""
    y = (aim - box.base)[box.open]
    if not len(y):
        return Mixture(box.whole([y]), [UNITS], 0.0)
    panels, shares, rest = _straight(box, y, watch)
    if rest > tolerance:
        panels, shares = _generated(box, y, panels, watch, tolerance, rounds)
    if not panels:
        return None
    kept = [i for i, share in enumerate(shares) if share > 0]
    whole, weights = box.whole([panels[i] for i in kept]), whole_weights(np.array([shares[i] for i in kept]))
    return Mixture(whole, weights, float(np.max(np.abs(mean_of(whole, weights) - aim))))


def _straight(box: Box, y: np.ndarray, watch: Watch) -> tuple[list[np.ndarray], list[float], float]:
    """Return panels, weights, and the weight that could not be placed."""
    panels: list[np.ndarray] = []
    shares: list[float] = []
    left = 1.0
    for _ in range(2 * len(y) + 2 * len(box.low)):
        watch.step("distribution", 1 - left)
        panel = box.on_face(y)
        if panel is None:
            break
        share = _most(box, y, panel)
        if share < 1e-12:
            break
        panels.append(panel)
        shares.append(left * share)
        left *= 1 - share
        if left < 1e-13 or share >= 1 - 1e-12:
            return panels, shares, 0.0
        y = np.clip((y - share * panel) / (1 - share), 0.0, box.top)
    return panels, shares, left


def _most(box: Box, y: np.ndarray, panel: np.ndarray) -> float:
    """Return the largest weight of `panel` that leaves a rest, (y - weight panel) / (1 - weight), within the box."""
    away = y - panel
    limits = [1.0]
    with np.errstate(divide="ignore", invalid="ignore"):
        for here, change, low, high in (
            (y, away, np.floor(y + NEAR), np.ceil(y - NEAR)),
            (box.rows.times(y), box.rows.times(away), box.low, box.high),
        ):
            growth = np.where(change > STILL, (high - here) / change, INF)
            growth = np.where(change < -STILL, (low - here) / change, growth)
            farthest = max(0.0, float(np.min(growth)))
            limits.append(farthest / (1 + farthest) if farthest < INF else 1.0)
    return min(limits)


def _generated(
    box: Box, y: np.ndarray, panels: list[np.ndarray], watch: Watch, tolerance: float, rounds: int
) -> tuple[list[np.ndarray], list[float]]:
    """Return panels and weights whose mean has the least sum of differences to y."""
    count = len(y)
    identity = diagonal(np.ones(count))
    unit = Sparse(np.array([0]), np.array([0]), np.ones(1), (1, 1))
    minus = Sparse(identity.row, identity.column, -identity.value, identity.shape)
    start = stacked([(identity, 0, 0), (minus, 0, count), (unit, count, 2 * count)], (count + 1, 2 * count + 1))
    sides = np.append(y, 1.0)
    master = Program(start, np.append(np.full(2 * count, -1.0), -10.0 * count), (sides, sides), (0.0, INF))
    for panel in panels:
        add_panel(master, panel)
    shares = np.zeros(0)
    prices = _Prices(y)
    for turn in range(rounds):
        watch.step("distribution", turn / rounds)
        found = master.solve()
        if found is None:
            break
        shares = np.maximum(found.x[2 * count + 1 :], 0.0)
        if -found.value < tolerance:
            break
        better = prices.panel(box, -found.dual[:count], found.dual[count])
        if better is None:
            break
        panels.append(better)
        add_panel(master, better)
    return panels[: len(shares)], shares.tolist()


class _Prices:
    """The prices that panels are looked for with: steadied, which takes a third fewer rounds (Wentges 1997)."""

    def __init__(self, y: np.ndarray) -> None:
        self._y = y
        self._best: np.ndarray | None = None
        self._bound = -INF

    def panel(self, box: Box, now: np.ndarray, threshold: float) -> np.ndarray | None:
        """Return a panel worth more than `threshold` at the prices `now`, None when there is none."""
        tried = [now] if self._best is None else [STEADY * self._best + (1 - STEADY) * now, now]
        for price in tried:
            found = box.best(price)
            if found is None:
                return None
            self._learn(price, found)
            if now @ found - threshold > 1e-10:
                return found
        return None

    def _learn(self, price: np.ndarray, found: np.ndarray) -> None:
        bound = float(price @ (self._y - found))  # no mixture of panels comes nearer to y, at these prices
        if bound > self._bound:
            self._best, self._bound = price, bound


def add_panel(master: Program, panel: np.ndarray) -> None:
    """Add a panel as a column of a master program: its numbers, and 1 in the row of the weights."""
    rows = np.append(np.nonzero(panel)[0], len(panel))
    master.add_column(0.0, rows, np.append(panel[panel != 0], 1.0))
