"""Repeating a published draw and checking its proof, with no solver: hashes, additions and multiplications only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from core.errors import Said
from panel.lottery import audit, findings, publishing
from panel.lottery.certificate import exact_bound, proof
from panel.lottery.errors import LotteryError, WrongPoolError
from panel.lottery.kinds import Kinds, kinds_of
from panel.lottery.panels import UNITS, mean_of
from panel.lottery.pool import Pool, canonical_order, pool_hash
from panel.lottery.problem import problem_of
from panel.lottery.publishing import is_public
from panel.lottery.quotas import Quota
from panel.lottery.randomness import Seed, Stream
from panel.lottery.relaxation import Level
from panel.lottery.residue import stops_for
from panel.lottery.selection import counts_by_type, fingerprint, people_of, stream_of
from panel.lottery.walk import Walk

#: Published and real probabilities may differ by this much.
TOLERANCE = 1e-6
#: The bound is checked without rounding; the published one was rounded.
EXACT_TOLERANCE = Fraction(1, 10**12)
#: A level may be this far from its proved bound.
PROOF_TOLERANCE = 1e-6
#: So many of the types of another pool are named.
NAMED = 5


def differences(sheet: Any, pool: Pool | None = None, selected: Sequence[Sequence[str]] | None = None) -> list[Said]:
    """Return what is wrong with an audit sheet, in sentences; nothing when the draw was as it says.

    With `pool` the people are drawn again too; with `selected` (the ids of each draw) they are compared by name.
    """
    found: list[Said] = []
    try:
        found.extend(_public(sheet, pool, selected) if is_public(sheet) else _whole(sheet, pool, selected))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, LotteryError) as error:
        found.append(Said(findings.DAMAGED, {"reason": f"{type(error).__name__}: {error}"}))
    return found


def _whole(sheet: Any, pool: Pool | None, selected: Sequence[Sequence[str]] | None) -> Iterator[Said]:
    yield from _Check(sheet).all(pool, selected)


def _public(sheet: dict[str, Any], pool: Pool | None, selected: Sequence[Sequence[str]] | None) -> Iterator[Said]:
    """Yield what is wrong with a public sheet: all of it with the pool, else what can be seen without."""
    if sheet["version"] != publishing.VERSION:
        raise ValueError("another version")
    yield from _fixed(sheet)
    for number, one in enumerate(sheet["draws"], start=1):
        if sheet["algorithm"] != "random" and not all(row["kept"] for row in one["makeup"]):
            yield Said(findings.QUOTAS, {"draw": number})
        yield from _named(number, one, None, selected)
    if pool is None:
        return
    try:
        whole = publishing.opened(sheet, pool)
    except WrongPoolError as error:
        yield Said(error.words)
        return
    shown = publishing.shown(whole, sheet["least_group"])
    for part in sorted({*shown, *sheet} - {"sealed"}):
        if json.dumps(shown.get(part), sort_keys=True) != json.dumps(sheet.get(part), sort_keys=True):
            yield Said(findings.OPEN_PART, {"part": part})
    yield from _Check(whole).all(pool, selected)


def _fixed(sheet: dict[str, Any]) -> Iterator[Said]:
    """Yield what is wrong with what was fixed before the draw, and with the seed."""
    if sheet["terms_sha256"] != audit.terms_hash(sheet):
        yield Said(findings.TERMS)
    seed = sheet["seed"]
    due = Seed(seed["public"], seed["secret"], seed["source"]).published()
    if seed["secret_sha256"] != due["secret_sha256"]:
        yield Said(findings.SECRET)
    if seed["text"] != due["text"]:
        yield Said(findings.SEED)


class _Check:
    def __init__(self, sheet: dict[str, Any]) -> None:
        if sheet["format"] != audit.FORMAT or sheet["version"] != audit.VERSION:
            raise ValueError("another format or version")
        if missing := sorted(audit.PARTS - sheet.keys()):
            raise KeyError(missing[0])
        self.sheet = sheet
        self.quotas = [Quota(str(c), str(f), int(low), int(high)) for c, f, low, high in sheet["quotas"]]
        types = sheet["types"]
        self.kinds = Kinds(
            tuple(sheet["pool"]["columns"]),
            [tuple(features) for features in types["features"]],
            np.array(types["people"], int),
            np.array(types["group"], int),
            np.array(types["households_in_group"], int),
            [],
        )
        self.share = np.array(types["probability"], float)
        sizes = {len(self.kinds.features), len(self.kinds.people), len(self.kinds.group), len(self.share)}
        if len(sizes) != 1 or not np.all(np.isfinite(self.share)):
            raise ValueError("the types' lists are not of one length")
        self.problem = problem_of(self.kinds, self.quotas, int(sheet["size"]))
        self.free = self.problem.without_quotas() if sheet["algorithm"] == "random" else self.problem

    def all(self, pool: Pool | None, selected: Sequence[Sequence[str]] | None) -> Iterator[Said]:
        said = int(self.sheet["pool"]["people"])
        yield from _fixed(self.sheet)
        yield from self._proof()
        if pool is not None:
            wrong = list(self._pool(pool))
            yield from wrong
            if wrong:
                pool = None
        if self.sheet["method"] == "distribution":
            yield from self._mixture(self.sheet["distribution"], self.share * self.kinds.people)
        if self.sheet["method"] == "walk":
            yield from self._target()
        if self.sheet["method"] == "uniform" and np.any(np.abs(self.share - self.problem.k / said) > TOLERANCE):
            yield Said(findings.UNEVEN)
        for number, one in enumerate(self.sheet["draws"], start=1):
            yield from self._draw(number, one, pool, selected)
        if selected is not None and len(selected) != len(self.sheet["draws"]):
            yield Said(findings.DRAWS, {"listed": len(selected), "held": len(self.sheet["draws"])})

    def _proof(self) -> Iterator[Said]:
        levels = []
        for one in self.sheet["proof"]["levels"]:
            rows = np.zeros(len(self.free.low))
            for row, multiplier in one["rows"]:
                rows[row] = multiplier
            groups = tuple((int(g), float(y)) for g, y in one["groups"])
            levels.append(Level(float(one["value"]), np.array(one["types"], int), rows, groups))
        if not levels and self.sheet["method"] != "uniform":
            raise ValueError("no proof")
        if not levels:
            return
        proved = proof(self.free, levels)
        bound = exact_bound(self.free, levels[0])
        if bound > Fraction(float(self.sheet["upper_bound"])) + EXACT_TOLERANCE:
            yield Said(findings.BOUND, {"bound": repr(float(bound))})
        if not self.sheet["proof"]["settles_every_type"]:
            return
        value = np.full(len(self.kinds), np.nan)
        for number, (level, rise) in enumerate(zip(levels, proved.rises, strict=True), start=1):
            value[level.types] = level.value
            if rise > PROOF_TOLERANCE:
                yield Said(findings.ROOM, {"level": number, "rise": f"{rise:.3g}"})
        away = np.abs(value - self.share)
        if not np.all(away <= TOLERANCE):
            yield Said(findings.UNPROVED, {"type": int(np.argmax(np.nan_to_num(away, nan=2.0)))})

    def _pool(self, pool: Pool) -> Iterator[Said]:
        said = self.sheet["pool"]
        household = said["household"]
        if len(pool) != said["people"]:
            yield Said(findings.PEOPLE, {"there": len(pool), "said": said["people"]})
            yield from self._other_types(pool)
        elif pool_hash(pool, [*said["columns"], *([household] if household else [])]) != said["sha256"]:
            yield Said(findings.POOL)
            yield from self._other_types(pool)
        else:
            kinds = kinds_of(pool, said["columns"], household)
            same = kinds.features == self.kinds.features and np.array_equal(kinds.people, self.kinds.people)
            if not same or not np.array_equal(kinds.households, self.kinds.households):
                yield Said(findings.TYPES)
            self.kinds = kinds

    def _other_types(self, pool: Pool) -> Iterator[Said]:
        """Yield where a pool has more or fewer people of some features than the audit; of many the first."""
        there = Counter(zip(*(pool.column(column) for column in self.kinds.columns), strict=True))
        said: Counter[tuple[str, ...]] = Counter()
        for features, people in zip(self.kinds.features, self.kinds.people.tolist(), strict=True):
            said[features] += people
        other = [features for features in sorted({*there, *said}) if there[features] != said[features]]
        for features in other[:NAMED]:
            words = {"features": ", ".join(features), "there": there[features], "said": said[features]}
            yield Said(findings.POOL_TYPE, words)
        if not other:
            yield Said(findings.POOL_ROWS)

    def _mixture(self, mixture: dict[str, Any], aim: np.ndarray, draw: int = 0) -> Iterator[Said]:
        """Yield what is wrong with a distribution: the whole one, or that at the end of a draw's walk."""
        panels, weights = _panels(mixture, len(self.kinds)), mixture["weights"]
        if sum(weights) != UNITS or min(weights) < 0 or len(weights) != len(panels):
            yield _either(findings.WEIGHTS, findings.WEIGHTS_OF_DRAW, draw)
            return
        for number, panel in enumerate(panels, start=1):
            if self.free.violation(panel.astype(float)) > 0:
                yield _either(findings.PANEL, findings.PANEL_OF_DRAW, draw, panel=number)
        away = np.abs(mean_of(panels, weights) - aim) / self.kinds.people
        if np.max(away) > TOLERANCE:
            t = int(np.argmax(away))
            yield _either(findings.AWAY, findings.AWAY_OF_DRAW, draw, type=t, away=f"{away[t]:.3g}")

    def _target(self) -> Iterator[Said]:
        target = np.array(self.sheet["walk"]["target"], float)
        if np.max(np.abs(target / self.kinds.people - self.share)) > 1e-14:
            yield Said(findings.TARGET)
        if self.free.violation(target) > 1e-9:
            yield Said(findings.OUTSIDE)

    def _draw(
        self, number: int, one: dict[str, Any], pool: Pool | None, selected: Sequence[Sequence[str]] | None
    ) -> Iterator[Said]:
        stream = stream_of(self.sheet["seed"]["text"], self.sheet["terms_sha256"], number)
        ids: list[str] | None = None
        counts = np.zeros(len(self.kinds), int)
        for t, count in one["counts"]:
            counts[t] = count
        if self.sheet["method"] == "uniform":
            if pool is not None:
                places = stream.sample(canonical_order(pool, self.kinds.columns), self.problem.k)
                ids = [pool.ids[place] for place in places]
                if not np.array_equal(counts_by_type(self.kinds, places), counts):
                    yield Said(findings.COUNTS, {"draw": number})
        else:
            again, wrong = self._counts(number, one, stream)
            yield from wrong
            if not np.array_equal(again, counts):
                t = int(np.nonzero(again != counts)[0][0])
                yield Said(findings.COUNT, {"draw": number, "type": t, "again": int(again[t]), "said": int(counts[t])})
            if pool is not None:
                ids = [pool.ids[place] for place in people_of(self.kinds, again, stream)]
        if self.sheet["algorithm"] != "random" and self.problem.violation(counts.astype(float)) > 0:
            yield Said(findings.QUOTAS, {"draw": number})
        if ids is not None and fingerprint(ids) != one["selected_sha256"]:
            yield Said(findings.OTHERS, {"draw": number})
        yield from _named(number, one, ids, selected)

    def _counts(self, number: int, one: dict[str, Any], stream: Stream) -> tuple[np.ndarray, list[Said]]:
        if self.sheet["method"] == "distribution":
            mixture = self.sheet["distribution"]
            wrong: list[Said] = []
        else:
            walk = Walk(self.free, np.array(self.sheet["walk"]["target"], float), stream)
            stops = list(stops_for(self.free))
            paused, mixture = one["stops"], one["residual"]
            wrong = []
            if not paused or paused != stops[: len(paused)] or self.sheet["walk"]["stops"] != stops:
                wrong.append(Said(findings.STOPS, {"draw": number}))
            for stop in paused:
                walk.go(int(stop))
            wrong += self._mixture(mixture, walk.x, number)
        return _panels(mixture, len(self.kinds))[stream.choose(mixture["weights"])], wrong


def _named(
    number: int, one: dict[str, Any], ids: list[str] | None, selected: Sequence[Sequence[str]] | None
) -> Iterator[Said]:
    if selected is None or number > len(selected):
        return
    listed = selected[number - 1]
    if ids is None:
        if fingerprint(listed) != one["selected_sha256"]:
            yield Said(findings.LIST, {"draw": number})
        return
    for person in sorted(set(listed) - set(ids)):
        yield Said(findings.NOT_DRAWN, {"draw": number, "person": person})
    for person in sorted(set(ids) - set(listed)):
        yield Said(findings.NOT_LISTED, {"draw": number, "person": person})


def _either(whole: str, of_draw: str, draw: int, **params: Any) -> Said:
    return Said(of_draw, {"draw": draw, **params}) if draw else Said(whole, params)


def _panels(mixture: dict[str, Any], count: int) -> np.ndarray:
    shared = np.zeros(count, int)
    for t, number in mixture["shared"]:
        shared[t] = number
    panels = np.tile(shared, (len(mixture["panels"]), 1))
    for panel, entries in zip(panels, mixture["panels"], strict=True):
        for t, number in entries:
            panel[t] += number
    return panels
