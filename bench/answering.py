"""Plays whole respondents against a survey of 16 questions on 5 pages: `python -m bench.answering --json`.

A respondent opens the link, starts, fills in every page, checks, sends and reads “Thank you”, keeping cookies and
following redirects as a browser does. Each is an invited member of an anonymous fieldwork. Afterwards every one of the
responses must be stored. Processor time is that of the web server and, on PostgreSQL, of the database server.

The worker is not started, because nobody who answers waits for it. Once a minute it moves what lies in the intake into
the store, many at a time; the bench has that done at the end, outside the measured time, and it takes about a quarter
of a millisecond a response.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from bench import survey
from bench.serving import Server, installation, serving
from core.database import db
from surveys.models import Participation, Response, ResponseIntake
from surveys.services import intake

CONCURRENCY = (1, 8, 32)
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_CONTROL = re.compile(r'<(?:input|textarea)\b[^>]*?\bname="(q[^"]*)"[^>]*')


@dataclass
class Run:
    """What one run saw."""

    completed: int = 0
    errors: int = 0
    times: list[float] = field(default_factory=list)
    problems: set[str] = field(default_factory=set)


class Respondent:
    """One person with a browser of their own."""

    def __init__(self, port: int, run: Run) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._times: list[float] = []
        self._run = run

    def answer(self, token: str) -> None:
        """Go the whole way; raises ValueError when a page is not the one expected."""
        page = self._get(f"/s/{token}")
        address, page = self._post(f"/s/{token}", page, {})
        while "/check" not in address:
            address, page = self._post(address, page, _values(page))
        address, page = self._post(address, page, {})
        if not address.endswith("/thanks") or "nhsuk-panel" not in page:
            raise ValueError(f"ended at {address.rpartition('/')[2]}")

    def close(self) -> list[float]:
        """Close the connection and return the seconds each request took."""
        self._connection.close()
        return self._times

    def _get(self, path: str) -> str:
        return self._send("GET", path, None)[1]

    def _post(self, path: str, page: str, values: dict[str, Any]) -> tuple[str, str]:
        token = _CSRF.search(page)
        if token is None:
            raise ValueError("a page without a form")
        body = urlencode({"csrf_token": unescape(token[1]), **values}, doseq=True)
        location, _ = self._send("POST", path, body)
        if not location:
            raise ValueError(f"refused at {path.rpartition('/')[2]}")
        return location, self._get(location)

    def _send(self, method: str, path: str, body: str | None) -> tuple[str, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()), "Accept-Language": "en-GB"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        self._times.append(time.perf_counter() - began)
        for cookie in response.msg.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if response.status not in {200, 303}:
            raise ValueError(f"{response.status} at {path.rpartition('/')[2]}")
        return response.getheader("Location", ""), text


def _values(page: str) -> dict[str, Any]:
    """Return answers to the questions of a page: the first choice, a number, or some words."""
    values: dict[str, Any] = {}
    for control in _CONTROL.finditer(page):
        tag, name = control[0], control[1]
        if name.endswith("-special") or name in values:
            continue
        chosen = re.search(r'type="(?:radio|checkbox)" value="([^"]+)"', tag)
        if chosen:
            values[name] = unescape(chosen[1])
        else:
            values[name] = "3" if 'inputmode="numeric"' in tag else "It took a week to get an answer."
    return values


def _play(server: Server, tokens: Iterator[str], lock: threading.Lock, run: Run) -> None:
    while True:
        with lock:
            token = next(tokens, None)
        if token is None:
            return
        respondent = Respondent(server.port, run)
        problem = ""
        try:
            respondent.answer(token)
        except (ValueError, OSError, http.client.HTTPException) as error:
            problem = f"{type(error).__name__}: {error}"
        times = respondent.close()
        with lock:
            run.times += times
            run.completed += not problem
            run.errors += bool(problem)
            run.problems |= {problem} - {""}


def measure(server: Server, database: str, concurrency: int, tokens: list[str]) -> dict[str, Any]:
    """Play `tokens`, so many at once, and return the figures of the run."""
    run, lock, remaining = Run(), threading.Lock(), iter(tokens)
    threads = [threading.Thread(target=_play, args=(server, remaining, lock, run)) for _ in range(concurrency)]
    cpu, began = server.cpu_ms(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.perf_counter() - began, server.cpu_ms() - cpu
    for problem in sorted(run.problems):
        print(problem, file=sys.stderr)
    centiles = statistics.quantiles(run.times, n=100) if len(run.times) > 1 else [0.0] * 99
    return {
        "database": database,
        "concurrency": concurrency,
        "completed": run.completed,
        "errors": run.errors,
        "completions_per_s": round(run.completed / took, 1),
        "requests_per_s": round(len(run.times) / took, 1),
        "p50_ms": round(1000 * centiles[49], 2),
        "p95_ms": round(1000 * centiles[94], 2),
        "p99_ms": round(1000 * centiles[98], 2),
        "cpu_ms_per_completion": round(cpu / max(run.completed, 1), 2),
    }


def verify(server: Server, fieldwork_id: int, completed: int) -> None:
    """Stop with an error unless exactly the completed responses are stored, and as many members are done."""
    with server.app.app_context():
        intake.move(fieldwork_id, least=1)
        db.session.commit()
        stored = db.session.scalar(sa.select(sa.func.count()).select_from(Response))
        left = db.session.scalar(sa.select(sa.func.count()).select_from(ResponseIntake))
        done = db.session.scalar(sa.select(sa.func.count()).where(Participation.state == "done"))
        whole = db.session.scalars(sa.select(Response.answers)).all()
        db.session.rollback()
    if (stored, left, done) != (completed, 0, completed) or any(len(a) != survey.QUESTIONS for a in whole):
        raise SystemExit(f"{completed} were completed, but {stored} are stored, {left} wait and {done} are done.")


def bench(database: str, respondents: int) -> list[dict[str, Any]]:
    """Return the figures of all runs on one database."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with installation(database, folder) as (settings, roots), serving(settings, roots) as server:
            numbers = [max(respondents // 3, 20) if c == 1 else respondents for c in CONCURRENCY]
            with server.app.app_context():
                fieldwork_id, tokens = survey.prepare(sum(numbers) + 20)
            left = iter(tokens)
            # A server that has just started loads templates and connections on its first pages.
            warm = measure(server, database, 1, list(itertools.islice(left, 20)))
            runs = [
                measure(server, database, concurrency, list(itertools.islice(left, number)))
                for concurrency, number in zip(CONCURRENCY, numbers, strict=True)
            ]
            verify(server, fieldwork_id, warm["completed"] + sum(r["completed"] for r in runs))
            return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="by default both, one after the other")
    parser.add_argument("--respondents", type=int, default=600, help="how many a run (a third of them one by one)")
    options = parser.parse_args()
    databases = [options.database] if options.database else ["sqlite", "postgresql"]
    runs = [run for database in databases for run in bench(database, options.respondents)]
    if options.json:
        print(json.dumps({"runs": runs}, indent=2))
        return
    for run in runs:
        print(", ".join(f"{name} {value}" for name, value in run.items()))


if __name__ == "__main__":
    main()
