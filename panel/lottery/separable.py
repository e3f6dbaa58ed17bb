"""The best x for a goal that is a sum over types: Nash welfare, and allocation in proportion.

Both goals are strictly concave, so their best is unique: no order of people or names can change it. The dual has one
unknown a row however many types there are, and is minimised by Newton's method with a vanishing barrier for the
inequalities (Boyd and Vandenberghe, Convex Optimization, chapters 5 and 11).

nash: the sum of log(probability) over people. proportionate: the x nearest to k / n for everybody in the sense of
Kullback and Leibler, which is what raking an allocation to the quotas gives (Deming and Stephan 1940).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.lottery.errors import SolverError
from panel.lottery.problem import Problem, Sparse
from panel.lottery.programs import INF, Program, diagonal, stacked
from panel.lottery.watching import Watch

LEAST_DAMPING = 1e-10


@dataclass(frozen=True)
class Goal:
    """`nash`, or else proportionate; `least` (T) is a floor for x, and x stays where `still` (T) says so."""

    nash: bool
    least: np.ndarray
    still: np.ndarray

    def x_at(self, problem: Problem, price: np.ndarray) -> np.ndarray:
        """Return the x (T) that a price for each type's seats makes best, groups left aside."""
        if self.nash:
            return problem.people / np.maximum(price, 1e-300)
        return problem.k / problem.people.sum() * problem.people * np.exp(np.clip(-price, -700, 700))

    def price_at(self, problem: Problem, x: np.ndarray) -> np.ndarray:
        """Return the price at which x is best."""
        if self.nash:
            return problem.people / x
        return -np.log(x * problem.people.sum() / (problem.k * problem.people))

    def worth(self, problem: Problem, x: np.ndarray) -> float:
        """Return what is maximised."""
        free = ~self.still & (x > 0)
        ratio = x[free] / problem.people[free]
        if self.nash:
            return float(np.sum(problem.people[free] * np.log(ratio)))
        share = ratio * problem.people.sum() / problem.k
        return float(-np.sum(x[free] * (np.log(share) - 1)))


@dataclass(frozen=True)
class Best:
    """`x` (T) and `gap`: by how much, in units of the goal, a better one could at most be better."""

    x: np.ndarray
    gap: float


def solve(problem: Problem, goal: Goal, watch: Watch) -> Best:
    """Return the best x of the polytope."""
    dual = _Dual(problem, goal)
    d = np.zeros(len(problem.low))
    d[-1] = problem.people.sum() / problem.k if goal.nash else 0.0  # the price at which everybody has k / n
    barrier = float(problem.k)
    for turn in range(40):
        watch.step("fairness", turn / 40)
        d = dual.minimised(d, barrier)
        barrier /= 8
        if barrier < 1e-11 * problem.k:
            break
    x = _feasible(problem, goal, dual.x(d))
    if problem.violation(x) > 1e-9:
        x = _nearest(problem, goal, x)
    return Best(x, max(0.0, dual.bound(d) - goal.worth(problem, x)))


class _Dual:
    """Prices d (rows) -> the x they make best, the barrier's value and slopes."""

    def __init__(self, problem: Problem, goal: Goal) -> None:
        self.problem, self.goal = problem, goal
        self.dense = problem.matrix.dense(np.arange(problem.types))
        self.low, self.high = _tight(problem, goal)
        self.equal = self.high - self.low < 1e-9
        self.members = np.bincount(problem.group, minlength=len(problem.households))
        self.cap = problem.largest().astype(float)
        even = problem.people * (problem.k / problem.people.sum())
        speed = even * even / problem.people if goal.nash else even
        self._usual = (self.dense * self.dense) @ speed + 1e-9  # how fast rows move at even chances
        # everybody alone in the group is simply bounded; the prices of shared groups are looked for below
        self.top = goal.price_at(problem, np.maximum(self.cap, 1e-12))

    def x(self, d: np.ndarray) -> np.ndarray:
        """Return the x (T) that the prices, and those of the groups that they overfill, make best."""
        goal, problem = self.goal, self.problem
        price = self.problem.matrix.turned(d)
        added = np.where(self.members[problem.group] == 1, np.maximum(0.0, self.top - price), 0.0)
        x = self._bounded(price + added)
        over = problem.group_sums(x) > problem.households
        if not over.any():
            return x
        mine = over[problem.group] & ~goal.still
        # h is at most what makes one type alone fill the group, and at least what makes each fill its share
        low = np.zeros(len(problem.households))
        high = np.zeros(len(problem.households))
        fair = np.maximum(self.cap / self.members[problem.group], 1e-12)
        np.maximum.at(high, problem.group[mine], (goal.price_at(problem, fair) - price)[mine] + 1e-9)
        for _ in range(60):
            middle = (low + high) / 2
            x = np.where(mine, self._bounded(price + middle[problem.group]), x)
            full = problem.group_sums(x) > problem.households
            low, high = np.where(full, middle, low), np.where(full, high, middle)
        return np.where(mine, self._bounded(price + high[problem.group]), x)

    def _bounded(self, price: np.ndarray) -> np.ndarray:
        x = np.clip(self.goal.x_at(self.problem, price), self.goal.least, np.maximum(self.cap, self.goal.least))
        return np.where(self.goal.still, self.goal.least, x)

    def minimised(self, d: np.ndarray, barrier: float) -> np.ndarray:
        """Return the prices that are best at this barrier: Newton's method, its steps damped where that fails.

        Where every type is at a bound the function is flat and Newton's step has no size, hence the damping.
        """
        value, slope, curve = self._at(d, barrier)
        damping = LEAST_DAMPING
        for _ in range(100):
            step = -np.linalg.solve(curve + np.diag(damping * self._usual + LEAST_DAMPING * np.diag(curve)), slope)
            fall = float(slope @ step)
            if fall > -max(1e-4 * barrier, 1e-15 * abs(value)):
                break
            found = self._along(d, step, barrier, value, fall)
            if found is not None:
                d, (value, slope, curve) = found
                damping = max(LEAST_DAMPING, damping / 10)
            elif damping > 1e6:
                break
            else:
                damping *= 100
        return d

    def _along(
        self, d: np.ndarray, step: np.ndarray, barrier: float, value: float, fall: float
    ) -> tuple[np.ndarray, tuple[float, np.ndarray, np.ndarray]] | None:
        """Return the first of ever smaller steps that falls far enough, and what is there."""
        for halvings in range(12):
            new = d + step / 2**halvings
            there = self._at(new, barrier)
            if there[0] <= value + 0.1 * fall / 2**halvings:
                return new, there
        return None

    def _at(self, d: np.ndarray, barrier: float) -> tuple[float, np.ndarray, np.ndarray]:
        x = self.x(d)
        value = self.goal.worth(self.problem, x) - float(d @ (self.dense @ x))
        limit, reached, bend = self._rows(d, barrier)
        return value + limit, reached - self.dense @ x, self._curve(x) + np.diag(bend)

    def _rows(self, d: np.ndarray, barrier: float) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the rows' part: its value, where in its range each row is drawn to, and how fast that moves."""
        width = np.where(self.equal, 1.0, self.high - self.low)
        # least over l > 0, d + l > 0: high (d + l) - low l - barrier (log(d + l) + log l)
        low, up = _root(width, d, barrier), _root(width, -d, barrier)
        with np.errstate(over="ignore"):
            reached = np.where(self.equal, self.high, self.high - barrier / up)
            value = np.where(
                self.equal, self.high * d, self.high * up - self.low * low - barrier * (np.log(up) + np.log(low))
            )
            bend = np.where(self.equal, 0.0, barrier / (up * up + low * low))
        return float(np.sum(value)), reached, bend

    def _curve(self, x: np.ndarray) -> np.ndarray:
        problem, goal = self.problem, self.goal
        inside = ~goal.still & (x > goal.least) & (x < self.cap * (1 - 1e-12))
        full = problem.group_sums(x) >= problem.households * (1 - 1e-12)
        speed = np.where(inside, x * x / problem.people if goal.nash else x, 0.0)
        curve = (self.dense * speed) @ self.dense.T
        shared = np.nonzero(full & (self.members > 1))[0]
        if len(shared):
            place = np.full(len(full), -1)
            place[shared] = np.arange(len(shared))
            entry = place[problem.group[problem.matrix.column]] >= 0
            together = np.zeros((len(problem.low), len(shared)))
            column = problem.matrix.column[entry]
            np.add.at(
                together,
                (problem.matrix.row[entry], place[problem.group[column]]),
                problem.matrix.value[entry] * speed[column],
            )
            total = np.bincount(problem.group, speed, len(full))[shared]
            curve -= (together / np.maximum(total, 1e-300)) @ together.T
        return curve

    def bound(self, d: np.ndarray) -> float:
        """Return what no x of the polytope can be better than."""
        x = self.x(d)
        limit = float(np.sum(np.maximum(d * self.high, d * self.low)))
        return self.goal.worth(self.problem, x) - float(d @ (self.dense @ x)) + limit


def _root(width: np.ndarray, d: np.ndarray, barrier: float) -> np.ndarray:
    """Return the l > 0 with width = barrier / (d + l) + barrier / l, without cancelling digits."""
    b = width * d - 2 * barrier
    root = np.sqrt((width * d) ** 2 + 4 * barrier * barrier)
    large = b > 0
    return np.where(large, 2 * barrier * d / np.where(large, b + root, 1.0), (root - b) / (2 * width))


def _tight(problem: Problem, goal: Goal) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows' bounds, those that can only be at one end in any x drawn together to it."""
    height, count = problem.matrix.shape
    identity = diagonal(np.ones(height))
    minus = Sparse(identity.row, identity.column, -np.ones(height), identity.shape)
    groups = Sparse(problem.group, np.arange(count), np.ones(count), (len(problem.households), count))
    matrix = stacked(
        [(problem.matrix, 0, 0), (minus, 0, count), (problem.matrix, height, 0), (identity, height, count + height),
         (groups, 2 * height, 0)],
        (2 * height + len(problem.households), count + 2 * height),
    )  # fmt: skip
    low = np.concatenate([problem.low - 1e-9, np.full(height + len(problem.households), -INF)])
    high = np.concatenate([np.full(height, INF), problem.high + 1e-9, problem.households])
    cost = np.append(np.zeros(count), np.ones(2 * height))
    top = np.where(goal.still, goal.least, problem.largest())
    found = Program(
        matrix,
        cost,
        (low, high),
        (np.append(goal.least, np.zeros(2 * height)), np.append(top, np.full(2 * height, 1e-4))),
    ).solve()
    if found is None:
        raise SolverError(status="infeasible")
    off_low, off_high = found.x[count : count + height], found.x[count + height :]
    new_high = np.where(off_low < 1e-7, problem.low, problem.high)
    new_low = np.where(off_high < 1e-7, problem.high, problem.low)
    both = (off_low < 1e-7) & (off_high < 1e-7)
    return np.where(both, problem.low, new_low), np.where(both, problem.high, new_high)


def _feasible(problem: Problem, goal: Goal, x: np.ndarray) -> np.ndarray:
    """Return x moved by the last digits onto the polytope, types that are far from their bounds more."""
    for _ in range(20):
        sums = problem.matrix.times(x)
        gap = np.clip(sums, problem.low, problem.high) - sums
        if np.max(np.abs(gap)) < 1e-13:
            break
        room = np.where(goal.still, 0.0, np.minimum(x - goal.least, problem.largest() - x))
        crowded = problem.group_sums(x) > problem.households - 1e-9
        room = np.where(crowded[problem.group], 0.0, np.maximum(room, 0.0))
        near = (np.abs(sums - problem.low) < 1e-7) | (np.abs(sums - problem.high) < 1e-7) | (gap != 0)
        dense = problem.matrix.dense(np.arange(problem.types))[near]
        move = np.linalg.lstsq((dense * room) @ dense.T, gap[near], rcond=1e-12)[0]
        x = np.clip(x + room * (move @ dense), goal.least, np.maximum(problem.largest(), goal.least))
    return x


def _nearest(problem: Problem, goal: Goal, x: np.ndarray) -> np.ndarray:
    """Return the x of the polytope with the least sum of differences: for when the last digits are not enough."""
    height, count = problem.matrix.shape
    one = diagonal(np.ones(count))
    minus = Sparse(one.row, one.column, -one.value, one.shape)
    groups = Sparse(problem.group, np.arange(count), np.ones(count), (len(problem.households), count))
    matrix = stacked(
        [(problem.matrix, 0, 0), (one, height, 0), (one, height, count), (minus, height, 2 * count),
         (groups, height + count, 0)],
        (height + count + len(problem.households), 3 * count),
    )  # fmt: skip
    low = np.concatenate([problem.low, x, np.full(len(problem.households), -INF)])
    high = np.concatenate([problem.high, x, problem.households])
    cost = np.append(np.zeros(count), np.full(2 * count, -1.0))
    bottom = np.append(goal.least, np.zeros(2 * count))
    top = np.append(np.where(goal.still, goal.least, problem.largest()), np.full(2 * count, INF))
    found = Program(matrix, cost, (low, high), (bottom, top)).solve()
    if found is None:
        raise SolverError(status="infeasible")
    return found.x[:count]
