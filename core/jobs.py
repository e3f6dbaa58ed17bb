"""What the worker does besides answering nobody: periodic jobs and continuous work, registered here by each room."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

#: A periodic job: runs in an application context on one worker at a time and commits its own work.
Job = Callable[[], object]
#: Continuous work: does a portion and returns whether more is waiting. It looks at `stop` between small steps.
Pump = Callable[[threading.Event], bool]

AnyJob = TypeVar("AnyJob", bound=Job)
AnyPump = TypeVar("AnyPump", bound=Pump)


@dataclass(frozen=True)
class ScheduledJob:
    """A job and how long to wait from one start to the next."""

    name: str
    every: dt.timedelta
    run: Job


_jobs: dict[str, ScheduledJob] = {}
_pumps: dict[str, Pump] = {}


def scheduled(name: str, every: dt.timedelta) -> Callable[[AnyJob], AnyJob]:
    """Register the decorated function to be run by `flask worker` every so often.

    It runs in an application context, on exactly one worker at a time whatever their number, and commits itself. It
    must bear being run again after a crash: whatever it had not committed is simply still to do. `every` is at least
    a second. A job that takes longer than `every` is not started a second time beside itself.
    """
    if every < dt.timedelta(seconds=1):
        raise ValueError(f"{name}: at least a second")

    def register(function: AnyJob) -> AnyJob:
        _jobs[name] = ScheduledJob(name, every, function)
        return function

    return register


def continuous(name: str) -> Callable[[AnyPump], AnyPump]:
    """Register the decorated function as work every worker does side by side, such as sending messages."""

    def register(function: AnyPump) -> AnyPump:
        _pumps[name] = function
        return function

    return register


def scheduled_jobs() -> dict[str, ScheduledJob]:
    """Return the periodic jobs by name."""
    return dict(_jobs)


def pumps() -> dict[str, Pump]:
    """Return the continuous work by name."""
    return dict(_pumps)
