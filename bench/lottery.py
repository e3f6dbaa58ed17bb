"""Holds lotteries on pools like a census: `python -m bench.lottery --json [--size 20000]`.

The pools have 6 features of 2 to 19 categories, a panel that leans away from its population, and quotas of the
population's shares, give or take a tenth. Each is drawn once by leximin in a process of its own, so that its memory is
its own; its draw is then repeated from the audit. Then again with housemates, of whom no draw takes two. Also the two
published pools of the method's paper, and one of 122 types; these are drawn by `flask panel draw` as well, from files,
and `command_seconds` is what that takes from its start to its end. It fails when a limit is broken.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from panel.lottery.engine import draw
from panel.lottery.pool import Pool
from panel.lottery.quotas import Quota
from panel.lottery.verifying import differences

#: Rough shares in the population of England, and of a city's areas; the last are religions.
FEATURES: dict[str, list[float]] = {
    "sex": [0.51, 0.49],
    "age": [0.09, 0.08, 0.16, 0.15, 0.16, 0.15, 0.12, 0.09],
    "ethnicity": [
        *(0.67, 0.005, 0.001, 0.001, 0.044, 0.009, 0.003, 0.008, 0.006, 0.15),
        *(0.015, 0.009, 0.0055, 0.015, 0.024, 0.006, 0.003, 0.0045, 0.016),
    ],
    "disabled": [0.83, 0.17],
    "area": [0.33, 0.16, 0.09, 0.08, 0.06, 0.1, 0.05, 0.05, 0.04, 0.04],
    "religion": [0.40, 0.35, 0.1, 0.08, 0.03, 0.04],
}
HOME = "home"
#: size of the pool, of the panel, seconds and megabytes allowed.
SIZES = ((1_000, 100, 10.0, 1_000.0), (20_000, 500, 60.0, 500.0), (100_000, 1_000, 300.0, 1_000.0))


def census_like(n: int, k: int, seed: int = 1) -> tuple[Pool, list[Quota]]:
    """Return a pool of n people, and the quotas of a panel of k."""
    source = random.Random(seed)
    columns, quotas = {}, []
    for feature, population in FEATURES.items():
        total = sum(population)
        names = [f"{feature} {number:02d}" for number in range(len(population))]
        leaning = [share * source.uniform(0.5, 1.6) for share in population]
        columns[feature] = source.choices(names, leaning, k=n)
        there = Counter(columns[feature])
        for name, share in zip(names, population, strict=True):
            seats = share / total * k
            quotas.append(Quota(feature, name, min(int(seats * 0.9), there[name]), int(-(-seats * 1.1 // 1))))
    return Pool([f"{number:06d}" for number in range(n)], columns), quotas


def with_homes(n: int, k: int, seed: int = 1) -> tuple[Pool, list[Quota]]:
    """Return the pool of census_like, 45 in a hundred of its people sharing an address with one to three others.

    Housemates live in one area and are mostly alike in ethnicity and religion.
    """
    pool, quotas = census_like(n, k, seed)
    source = random.Random(seed + 1)
    columns = {name: list(values) for name, values in pool.columns.items()} | {HOME: [""] * n}
    left = round(n * 0.45)
    people = iter(range(n))
    while left > 1:
        size = min(left, source.choices((2, 3, 4), (6, 3, 2))[0])
        members = [next(people) for _ in range(size)]
        for person in members:
            columns[HOME][person] = f"home {members[0]:06d}"
            for feature, alike in (("area", 1.0), ("ethnicity", 0.85), ("religion", 0.85)):
                if source.random() < alike:
                    columns[feature][person] = columns[feature][members[0]]
        left -= size
    return Pool(pool.ids, columns), quotas


def published(n: int, k: int, least: int, first: int, second: int) -> tuple[Pool, list[Quota]]:
    """Return the example of the paper: `first` people of one type, `second` of another, all others of a third."""
    kinds = [("female", "liberal")] * first + [("female", "conservative")] * second
    kinds += [("male", "conservative")] * (n - len(kinds))
    columns = {"gender": [gender for gender, _ in kinds], "leaning": [leaning for _, leaning in kinds]}
    quotas = [Quota("gender", name, least, k, row) for row, name in enumerate(("female", "male"), 2)]
    quotas += [Quota("leaning", name, least, k, row) for row, name in enumerate(("liberal", "conservative"), 4)]
    return Pool([f"{number:05d}" for number in range(n)], columns), quotas


def many_types(n: int = 150, k: int = 22, seed: int = 10) -> tuple[Pool, list[Quota]]:
    """Return a small pool in which nearly everybody is one of a kind: 122 types."""
    source = random.Random(seed)
    columns, quotas = {}, []
    for feature, count in (("sex", 2), ("age", 6), ("area", 8), ("education", 4)):
        names = [f"{feature} {number}" for number in range(count)]
        columns[feature] = source.choices(names, [source.uniform(0.5, 1.5) for _ in names], k=n)
        quotas += [Quota(feature, name, max(0, k // count - 1), -(-k // count) + 1) for name in names]
    return Pool([f"{number:03d}" for number in range(n)], columns), quotas


def write_files(pool: Pool, quotas: list[Quota], folder: Path) -> list[str]:
    """Write pool.csv and quotas.csv, and return the options of the command that name them."""
    with (folder / "pool.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *pool.columns])
        writer.writerows(zip(pool.ids, *pool.columns.values(), strict=True))
    with (folder / "quotas.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["category", "feature", "min", "max"])
        writer.writerows([q.category, q.feature, q.min, q.max] for q in quotas)
    return ["--pool", str(folder / "pool.csv"), "--quotas", str(folder / "quotas.csv")]


def by_command(maker: str, arguments: tuple[Any, ...], k: int) -> dict[str, Any]:
    """Draw from files in a process of its own; return what it prints with `command_seconds`."""
    with tempfile.TemporaryDirectory() as name:
        pool, quotas = globals()[maker](*arguments)
        files = write_files(pool, quotas, Path(name))
        command = [sys.executable, "-m", "flask", "--app", "app", "panel", "draw", *files, "--size", str(k)]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "--seed", "bench", "--out", f"{name}/out", "--json"],
            cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout) | {"command_seconds": round(time.perf_counter() - began, 3)}


def _held(case: tuple[str, tuple[Any, ...], int]) -> dict[str, Any]:
    maker, arguments, k = case
    pool, quotas = globals()[maker](*arguments)
    household = HOME if HOME in pool.columns else None
    busy = time.process_time()
    result = draw(pool, quotas, k, seed="bench", households=household)
    busy = time.process_time() - busy
    began = time.perf_counter()
    wrong = [str(one) for one in differences(result.audit, pool, result.selected)]
    wrong += [f"Draw {number} took housemates." for number in with_housemates(pool, result.selected)]
    out = result.summary() | {"gap": result.upper_bound - result.min_probability, "method": result.audit["method"]}
    out["cpu_seconds"] = round(busy, 3)  # what the draw costs where others use the machine, too
    return out | {"verified": not wrong, "verify_seconds": round(time.perf_counter() - began, 3), "wrong": wrong}


def with_housemates(pool: Pool, selected: list[list[str]]) -> list[int]:
    """Return the numbers of the draws in which two people of one address are."""
    home = dict(zip(pool.ids, pool.columns.get(HOME, [""] * len(pool)), strict=True))
    shared = [[home[person] for person in ids if home[person]] for ids in selected]
    return [number for number, homes in enumerate(shared, start=1) if len(set(homes)) < len(homes)]


def run(case: str, maker: str, arguments: tuple[Any, ...], k: int, seconds: float, megabytes: float) -> dict[str, Any]:
    """Return the figures of one case, and whether it kept its limits."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        figures = process.apply(_held, ((maker, arguments, k),))
    kept = figures["seconds"] < seconds and figures["peak_mb"] < megabytes and figures["verified"]
    kept = kept and figures["gap"] < 1e-9 and figures["realisation_error"] <= 1e-6
    if maker in ("published", "many_types"):
        again = by_command(maker, arguments, k)
        figures["command_seconds"] = again["command_seconds"]
        kept = kept and again["min_probability"] == figures["min_probability"] and again["seconds"] < seconds
    return {"case": case, "limit_seconds": seconds, "limit_mb": megabytes, "kept": kept} | figures


def cases(largest: int) -> list[tuple[str, str, tuple[Any, ...], int, float, float]]:
    """Return what is run: name, maker, its arguments, size, limits."""
    out: list[tuple[str, str, tuple[Any, ...], int, float, float]] = [
        ("published, 200", "published", (200, 20, 9, 99, 1), 20, 2.0, 1_000.0),
        ("published, 2,000", "published", (2_000, 200, 99, 999, 1), 200, 2.0, 1_000.0),
        ("one of a kind, 150", "many_types", (), 22, 60.0, 1_000.0),
    ]
    for n, k, s, mb in SIZES:
        if n <= largest:
            out.append((f"{n:,}", "census_like", (n, k), k, s, mb))
            out.append((f"{n:,} with housemates", "with_homes", (n, k), k, s, mb))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--largest", type=int, default=100_000, help="leave out larger pools")
    options = parser.parse_args()
    rows = [run(*case) for case in cases(options.largest)]
    if options.json:
        print(json.dumps({"ok": all(row["kept"] for row in rows), "cases": rows}))
    else:
        for row in rows:
            print(
                f"{row['case']:>24}: {row['types']} types, {row['seconds']} s ({row['cpu_seconds']} s busy), "
                f"{row['peak_mb']} MB, least probability {row['min_probability']:.6f}, gap {row['gap']:.1e}, "
                f"error {row['realisation_error']:.1e}, verified {row['verified']}"
                f"{', command {} s'.format(row['command_seconds']) if 'command_seconds' in row else ''}"
                f"{'' if row['kept'] else '  LIMIT BROKEN'}"
            )
    return 0 if all(row["kept"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
