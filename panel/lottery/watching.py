"""Telling how far a draw is, and stopping it, even in the middle of a long call of the solver."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.errors import N_
from panel.lottery.errors import CancelledError

Progress = Callable[[str, float], None]

#: The stages in their order, and what a page says of them. Progress never goes back.
STAGES = {
    "fairness": N_("Finding the fairest chances"),
    "distribution": N_("Finding groups that give these chances"),
    "draw": N_("Drawing"),
}
#: Seconds between two questions whether the draw is still wanted: the answer may cost a query.
PAUSE = 0.5


class Watch:
    """`progress(stage, share done of the stage)` is told now and then; when `cancelled()` is true the draw stops."""

    def __init__(self, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> None:
        self._progress, self._cancelled = progress, cancelled
        self._told = (-1, 0.0)
        self._asked = -PAUSE
        self._stopped = False

    def step(self, stage: str, share: float) -> None:
        """Say how far the stage is; raise CancelledError when the draw is not wanted any more."""
        if self.stopped():
            raise CancelledError
        now = (list(STAGES).index(stage), share)
        if self._progress is not None and now > self._told:
            self._told = now
            self._progress(stage, share)

    def stopped(self) -> bool:
        """Return whether the draw is not wanted any more."""
        if self._cancelled is None or self._stopped:
            return self._stopped
        now = time.monotonic()
        if now - self._asked >= PAUSE:
            self._asked, self._stopped = now, self._cancelled()
        return self._stopped

    @property
    def cancellable(self) -> bool:
        """Whether anybody can stop the draw."""
        return self._cancelled is not None
