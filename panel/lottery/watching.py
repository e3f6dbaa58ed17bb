"""Telling how far a draw is, and stopping it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from panel.lottery.errors import CancelledError

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Watch:
    """`progress(stage, share done of the stage)` is told now and then; when `cancelled()` is true the draw stops."""

    progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None

    def step(self, stage: str, share: float) -> None:
        """Say how far the stage is; raise CancelledError when the draw is not wanted any more."""
        if self.cancelled is not None and self.cancelled():
            raise CancelledError
        if self.progress is not None:
            self.progress(stage, share)
