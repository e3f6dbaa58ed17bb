"""Somebody who sees a table with hidden numbers and knows how it adds up: a linear program for each end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import highspy
import numpy as np

#: What stands for no end.
ENDLESS = 10**9


def attack(
    bounds: Sequence[tuple[int, int | None]], lines: Sequence[tuple[int, Sequence[int]]], numbers: Iterable[int]
) -> dict[int, tuple[float, float]]:
    """Return the least and most each of `numbers` can be, where parts add up to totals and `bounds` are known."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for low, high in bounds:
        solver.addVar(float(low), highspy.kHighsInf if high is None else float(high))
    for total, parts in lines:
        places = np.array([*parts, total], dtype=np.int32)
        solver.addRow(0.0, 0.0, len(places), places, np.array([1.0] * len(parts) + [-1.0]))
    found = {}
    for number in numbers:
        ends = []
        solver.changeColCost(number, 1.0)
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            solver.changeObjectiveSense(sense)
            solver.run()
            status = solver.getModelStatus()
            if status in {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
                ends.append(float(ENDLESS))
                continue
            assert status == highspy.HighsModelStatus.kOptimal, status
            ends.append(round(solver.getInfo().objective_function_value, 6))
        solver.changeColCost(number, 0.0)
        found[number] = (ends[0], ends[1])
    return found
