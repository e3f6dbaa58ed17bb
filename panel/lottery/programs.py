"""Linear and integer programs, solved by HiGHS on one thread; the only module that knows the solver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from panel.lottery.errors import CancelledError, SolverError
from panel.lottery.problem import Sparse
from panel.lottery.watching import Watch

INF = highspy.kHighsInf


#: Whose wish to stop ends a running call of the solver.
_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Let `watch` stop the solver while the block runs; what runs then raises CancelledError."""
    token = _WATCH.set(watch if watch.cancellable else None)
    try:
        yield
    finally:
        _WATCH.reset(token)


def _listen(solver: highspy.Highs, watch: Watch) -> None:
    def asked(event: Any) -> None:
        if watch.stopped():
            event.interrupt()

    for call in (solver.cbSimplexInterrupt, solver.cbMipInterrupt):
        call.subscribe(asked)


@dataclass(frozen=True)
class Solution:
    """What the solver found: `x` (columns), `dual` (rows; empty for integer programs), `value` of the objective."""

    x: np.ndarray
    dual: np.ndarray
    value: float


def _filled(value: float | np.ndarray, count: int) -> np.ndarray:
    return np.broadcast_to(np.asarray(value, float), (count,)).copy()


class Program:
    """Maximise `cost` x (columns) with row_low <= matrix x <= row_high and low <= x <= high; numbers stand for all."""

    def __init__(
        self,
        matrix: Sparse,
        cost: float | np.ndarray,
        rows: tuple[float | np.ndarray, float | np.ndarray],
        columns: tuple[float | np.ndarray, float | np.ndarray],
        integer: bool | np.ndarray = False,
    ) -> None:
        height, width = matrix.shape
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = width, height
        program.col_cost_ = _filled(cost, width)
        program.row_lower_, program.row_upper_ = _filled(rows[0], height), _filled(rows[1], height)
        program.col_lower_, program.col_upper_ = _filled(columns[0], width), _filled(columns[1], width)
        program.sense_ = highspy.ObjSense.kMaximize
        self._set_matrix(program, matrix)
        self.width, self.height, self.integer = width, height, bool(np.any(integer))
        if self.integer:
            kinds = np.broadcast_to(np.asarray(integer), (width,))
            kind = highspy.HighsVarType
            program.integrality_ = [kind.kInteger if one else kind.kContinuous for one in kinds]
        self._solver = highspy.Highs()
        for option, value in _OPTIONS.items():
            self._solver.setOptionValue(option, value)
        if (watch := _WATCH.get()) is not None:
            _listen(self._solver, watch)
        self._solver.passModel(program)

    @staticmethod
    def _set_matrix(program: Any, matrix: Sparse) -> None:
        order = np.lexsort((matrix.row, matrix.column))
        starts = np.zeros(matrix.shape[1] + 1, dtype=np.int32)
        np.cumsum(np.bincount(matrix.column, minlength=matrix.shape[1]), out=starts[1:])
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = starts
        program.a_matrix_.index_ = matrix.row[order].astype(np.int32)
        program.a_matrix_.value_ = matrix.value[order]

    def set_cost(self, cost: np.ndarray) -> None:
        """Change the objective."""
        self._solver.changeColsCost(self.width, np.arange(self.width, dtype=np.int32), cost)

    def set_bounds(self, low: np.ndarray, high: np.ndarray) -> None:
        """Change the bounds of the columns."""
        self._solver.changeColsBounds(self.width, np.arange(self.width, dtype=np.int32), low, high)

    def set_rows(self, low: np.ndarray, high: np.ndarray) -> None:
        """Change the bounds of the rows."""
        for row in range(self.height):
            self._solver.changeRowBounds(row, low[row], high[row])

    def add_column(self, cost: float, rows: np.ndarray, values: np.ndarray) -> None:
        """Add a column with x >= 0."""
        self._solver.addCol(cost, 0.0, INF, len(rows), rows.astype(np.int32), values.astype(float))
        self.width += 1

    def solve(self, gap: float = 1e-9) -> Solution | None:
        """Return the best solution, or None when there is none; raise SolverError when the solver gives up.

        An integer program may end `gap` below the best: 0.99 where only whole numbers are possible.
        """
        self._solver.setOptionValue("mip_abs_gap", gap)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        if status == highspy.HighsModelStatus.kInterrupt:
            raise CancelledError
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(status=self._solver.modelStatusToString(status))
        found = self._solver.getSolution()
        x = np.array(found.col_value)
        if self.integer:
            return Solution(x, np.empty(0), self._solver.getInfo().objective_function_value)
        return Solution(x, np.array(found.row_dual), self._solver.getInfo().objective_function_value)


_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "simplex_scale_strategy": 0,  # these programs come scaled: scaling again made them up to 30 times slower
    "mip_rel_gap": 0.0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


def stacked(parts: list[tuple[Sparse, int, int]], shape: tuple[int, int]) -> Sparse:
    """Return one matrix of `shape` from (matrix, row, column) parts laid at those corners."""
    return Sparse(
        np.concatenate([m.row + row for m, row, _ in parts]).astype(int),
        np.concatenate([m.column + column for m, _, column in parts]).astype(int),
        np.concatenate([m.value for m, _, _ in parts]),
        shape,
    )


def column_of(values: np.ndarray) -> Sparse:
    """Return `values` as a matrix of one column."""
    count = len(values)
    return Sparse(np.arange(count), np.zeros(count, int), values, (count, 1))


def diagonal(values: np.ndarray) -> Sparse:
    """Return the square matrix with `values` on its diagonal."""
    count = len(values)
    return Sparse(np.arange(count), np.arange(count), values, (count, count))
