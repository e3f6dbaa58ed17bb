"""Takes a partner's list in as the worker does: `python -m bench.importing --json [--rows 20000]`.

On SQLite nobody else can write while a list is written: `lock_cpu_seconds` is how long that is. It fails at 5 seconds
or more. Understanding and sealing the rows, and writing the messages afterwards, are not among them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

LIMIT_SECONDS = 5.0
_HEAD = "Full name,Mail,Gender,Born,Address,Post town,Disabled"
_FIELDS = ["name", "email", "sex", "date_of_birth", "address", "address", "disability"]


def _file(rows: int) -> bytes:
    lines = (
        f"Person {n},person{n}@example.org,{'F' if n % 2 else 'M'},{1 + n % 28}/{1 + n % 12}/{1940 + n % 60},"
        f"{n} High Street,Oakham,Yes"
        for n in range(rows)
    )
    return "\n".join([_HEAD, *lines]).encode()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the processor time and the time on the clock that `work` takes, in seconds."""
    used, began = _cpu(), time.perf_counter()
    work()
    return round(_cpu() - used, 2), round(time.perf_counter() - began, 2)


def _prepare(rows: int) -> int:
    """Stage a list and say what it means; return its number."""
    from core.database import commit
    from panel import imports, queries
    from panel.services import importing
    from tests.factories.areas import make_areas
    from tests.factories.recruiting import make_partner
    from tests.factories.staff import make_staff

    make_areas()
    staff_id, partner_id = make_staff("panel_manager").id, make_partner(name="Age UK").id
    found = importing.stage(io.BytesIO(_file(rows)), partner_id=partner_id, channel_id=None, staff_id=staff_id)
    area = queries.list_areas()[0].id
    importing.map_columns(found, _FIELDS, dates="dmy", language="en", area=area)
    importing.tell_answers(found, {2: {"f": "female", "m": "male"}})
    evidence = {"how": "paper", "given_on": dt.date(2026, 1, 1), "kept_at": "Binder", "own_wording": None}
    importing.tell_evidence(found, evidence, staff_id)
    commit()
    return imports.get_import(found.id).id


def run(rows: int, database: str) -> dict[str, Any]:
    """Return the figures."""
    import app as application
    from bench.serving import installation

    with installation(database, Path(tempfile.mkdtemp())) as (settings, _roots):
        return _run(application.create_app(settings), rows)


def _run(built: Any, rows: int) -> dict[str, Any]:
    from core.database import commit, db
    from core.task_runner import Runner
    from panel import directory, imports
    from panel.services import importing, taking_in

    locked: list[tuple[float, float]] = []
    real = taking_in._write

    def write(*args: Any) -> Any:
        made: list[Any] = []
        locked.append(_timed(lambda: made.append(real(*args))))
        return made[0]

    with built.app_context():
        db.create_all()
        number, before = _prepare(rows), _peak_mb()
        runner, go_on = Runner(), threading.Event()
        importing.ask_to_check(imports.get_import(number))
        commit()
        check = _timed(lambda: runner.portion(go_on))
        importing.ask_to_take_in(imports.get_import(number))
        commit()
        with mock.patch.object(taking_in, "_write", write):
            take_in = _timed(lambda: runner.portion(go_on))
        tell = _timed(lambda: runner.portion(go_on))
        members = sum(directory.counts().values())
        untold = imports.count_untold(number)
    ((lock_cpu, lock_wall),) = locked
    return {
        "rows": rows, "members": members, "untold": untold, "check_cpu_seconds": check[0],
        "take_in_cpu_seconds": take_in[0], "tell_cpu_seconds": tell[0], "lock_cpu_seconds": lock_cpu,
        "lock_seconds": lock_wall, "limit_seconds": LIMIT_SECONDS, "peak_mb_before": round(before),
        "peak_mb": round(_peak_mb()), "ok": lock_cpu < LIMIT_SECONDS and members == rows and not untold,
    }  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    figures = run(options.rows, options.database)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:>22}: {figure}")
    return 0 if figures["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
