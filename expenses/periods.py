"""The periods of a report: a financial year, its quarters and its months, and never dates of one's own.

Each is a part of the next, so all of them are one table whose small numbers are hidden together (expenses.figures). Two
free periods that overlap would tell of the days by which they differ, and no table holds all of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: The parts of a year: "" for all of it, q1 to q4, m1 (April) to m12 (March).
WHOLE = ""
QUARTERS = tuple(f"q{number}" for number in range(1, 5))
MONTHS = tuple(f"m{number}" for number in range(1, 13))
PARTS = (WHOLE, *QUARTERS, *MONTHS)


@dataclass(frozen=True)
class Period:
    """A financial year, which begins on 1 April, or a quarter or month of it."""

    year: int
    part: str = WHOLE

    @property
    def first_month(self) -> int:
        """The place of its first month in the year, from 0."""
        number = int(self.part[1:] or 1) - 1
        return 3 * number if self.part.startswith("q") else number if self.part else 0

    @property
    def since(self) -> dt.date:
        """Its first day."""
        return month_begins(self.year, self.first_month)

    @property
    def until(self) -> dt.date:
        """The day after its last."""
        months = {"q": 3, "m": 1}.get(self.part[:1], 12)
        return month_begins(self.year, self.first_month + months)

    @property
    def key(self) -> str:
        """What stands in the name of a file."""
        return f"{self.year}-{self.part}" if self.part else str(self.year)


def month_begins(year: int, place: int) -> dt.date:
    """Return the first day of a month by its place in the financial year, 0 for April; 12 is April again."""
    return dt.date(year + (place + 3) // 12, (place + 3) % 12 + 1, 1)
