"""Repeating a published draw and checking its proof, with no solver: hashes, additions and multiplications only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from panel.lottery import audit
from panel.lottery.certificate import proof
from panel.lottery.errors import LotteryError
from panel.lottery.kinds import Kinds, kinds_of
from panel.lottery.panels import UNITS, mean_of
from panel.lottery.pool import Pool, canonical_order, pool_hash
from panel.lottery.problem import problem_of
from panel.lottery.quotas import Quota
from panel.lottery.randomness import Stream, commitment
from panel.lottery.relaxation import Level
from panel.lottery.selection import counts_by_type, fingerprint, label, people_of
from panel.lottery.walk import Walk

#: Published and real probabilities may differ by this much.
TOLERANCE = 1e-6
#: A level may be this far from its proved bound.
PROOF_TOLERANCE = 1e-6


def differences(sheet: Any, pool: Pool | None = None, selected: Sequence[Sequence[str]] | None = None) -> list[str]:
    """Return what is wrong with an audit sheet, in English sentences; nothing when the draw was as it says.

    With `pool` the people are drawn again too; with `selected` (the ids of each draw) they are compared by name.
    """
    try:
        return list(_Check(sheet).all(pool, selected))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, LotteryError) as error:
        return [f"The file is not a whole audit sheet ({type(error).__name__}: {error})."]


class _Check:
    def __init__(self, sheet: dict[str, Any]) -> None:
        if sheet["format"] != audit.FORMAT or sheet["version"] != audit.VERSION:
            raise ValueError("another format or version")
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

    def all(self, pool: Pool | None, selected: Sequence[Sequence[str]] | None) -> Iterator[str]:
        said = int(self.sheet["pool"]["people"])
        yield from self._seed()
        yield from self._proof()
        if pool is not None:
            wrong = list(self._pool(pool))
            yield from wrong
            if wrong:
                pool = None
        if self.sheet["method"] == "distribution":
            yield from self._mixture(self.sheet["distribution"], self.share * self.kinds.people, "the distribution")
        if self.sheet["method"] == "walk":
            yield from self._target()
        if self.sheet["method"] == "uniform" and np.any(np.abs(self.share - self.problem.k / said) > TOLERANCE):
            yield "Without quotas everybody's probability is the size over the pool; the audit says otherwise."
        for number, one in enumerate(self.sheet["draws"], start=1):
            yield from self._draw(number, one, pool, selected)
        if selected is not None and len(selected) != len(self.sheet["draws"]):
            yield f"The list of the selected has {len(selected)} draws, the audit {len(self.sheet['draws'])}."

    def _seed(self) -> Iterator[str]:
        seed = self.sheet["seed"]
        if seed["secret"] and commitment(seed["secret"]) != seed["secret_sha256"]:
            yield "The secret is not the one that was committed to: its SHA-256 differs."
        expected = f"{seed['public']}|{seed['secret']}" if seed["secret"] else seed["public"]
        if seed["text"] != expected:
            yield "The seed is not made of the public value and the secret."

    def _proof(self) -> Iterator[str]:
        levels = []
        for one in self.sheet["proof"]["levels"]:
            rows = np.zeros(len(self.free.low))
            for row, multiplier in one["rows"]:
                rows[row] = multiplier
            groups = tuple((int(g), float(y)) for g, y in one["groups"])
            levels.append(Level(float(one["value"]), np.array(one["types"], int), rows, groups))
        if not levels:
            return
        proved = proof(self.free, levels)
        if proved.bounds[0] > float(self.sheet["upper_bound"]) + 1e-12:
            yield f"The proof bounds the least probability by {proved.bounds[0]!r}, not by what is published."
        if not self.sheet["proof"]["settles_every_type"]:
            return
        value = np.full(len(self.kinds), np.nan)
        for number, (level, rise) in enumerate(zip(levels, proved.rises, strict=True), start=1):
            value[level.types] = level.value
            if rise > PROOF_TOLERANCE:
                yield f"Level {number} of the proof leaves room for {rise:.3g} more."
        away = np.abs(value - self.share)
        if not np.all(away <= TOLERANCE):
            yield f"The probability of type {int(np.argmax(np.nan_to_num(away, nan=2.0)))} is not the proved one."

    def _pool(self, pool: Pool) -> Iterator[str]:
        said = self.sheet["pool"]
        household = said["household"]
        if len(pool) != said["people"]:
            yield f"The pool has {len(pool)} people, the audit {said['people']}."
        elif pool_hash(pool, [*said["columns"], *([household] if household else [])]) != said["sha256"]:
            yield "The pool is not the one of the draw: its SHA-256 differs."
        else:
            kinds = kinds_of(pool, said["columns"], household)
            same = kinds.features == self.kinds.features and np.array_equal(kinds.people, self.kinds.people)
            if not same or not np.array_equal(kinds.households, self.kinds.households):
                yield "The types in the audit are not those of the pool."
            self.kinds = kinds

    def _mixture(self, mixture: dict[str, Any], aim: np.ndarray, name: str) -> Iterator[str]:
        panels, weights = _panels(mixture, len(self.kinds)), mixture["weights"]
        if sum(weights) != UNITS or min(weights) < 0 or len(weights) != len(panels):
            yield f"The weights of {name} are not shares of one whole."
            return
        for number, panel in enumerate(panels, start=1):
            if self.free.violation(panel.astype(float)) > 0:
                yield f"Panel {number} of {name} does not keep the quotas."
        away = np.abs(mean_of(panels, weights) - aim) / self.kinds.people
        if np.max(away) > TOLERANCE:
            t = int(np.argmax(away))
            yield f"In {name} type {t} has a probability {away[t]:.3g} away from the one published."

    def _target(self) -> Iterator[str]:
        target = np.array(self.sheet["walk"]["target"], float)
        if np.max(np.abs(target / self.kinds.people - self.share)) > 1e-14:
            yield "The walk starts from other probabilities than those published."
        if self.free.violation(target) > 1e-9:
            yield "The walk starts outside the quotas."

    def _draw(
        self, number: int, one: dict[str, Any], pool: Pool | None, selected: Sequence[Sequence[str]] | None
    ) -> Iterator[str]:
        stream = Stream(self.sheet["seed"]["text"], label(number))
        ids: list[str] | None = None
        counts = np.zeros(len(self.kinds), int)
        for t, count in one["counts"]:
            counts[t] = count
        if self.sheet["method"] == "uniform":
            if pool is not None:
                places = stream.sample(canonical_order(pool, self.kinds.columns), self.problem.k)
                ids = [pool.ids[place] for place in places]
                if not np.array_equal(counts_by_type(self.kinds, places), counts):
                    yield f"Draw {number}: repeated, the types have other numbers than the audit says."
        else:
            again, wrong = self._counts(number, one, stream)
            yield from wrong
            if not np.array_equal(again, counts):
                t = int(np.nonzero(again != counts)[0][0])
                yield f"Draw {number}: repeated, type {t} has {again[t]} people; the audit says {counts[t]}."
            if pool is not None:
                ids = [pool.ids[place] for place in people_of(self.kinds, again, stream)]
        if self.sheet["algorithm"] != "random" and self.problem.violation(counts.astype(float)) > 0:
            yield f"Draw {number} does not keep the quotas."
        if ids is not None and fingerprint(ids) != one["selected_sha256"]:
            yield f"Draw {number}: repeated, it chooses other people than the audit's hash stands for."
        yield from self._named(number, one, ids, selected)

    def _counts(self, number: int, one: dict[str, Any], stream: Stream) -> tuple[np.ndarray, list[str]]:
        if self.sheet["method"] == "distribution":
            mixture = self.sheet["distribution"]
            wrong: list[str] = []
        else:
            walk = Walk(self.free, np.array(self.sheet["walk"]["target"], float), stream)
            walk.go(int(self.sheet["walk"]["stop"]))
            mixture = one["residual"]
            wrong = list(self._mixture(mixture, walk.x, f"the end of draw {number}'s walk"))
        return _panels(mixture, len(self.kinds))[stream.choose(mixture["weights"])], wrong

    def _named(
        self, number: int, one: dict[str, Any], ids: list[str] | None, selected: Sequence[Sequence[str]] | None
    ) -> Iterator[str]:
        if selected is None or number > len(selected):
            return
        listed = selected[number - 1]
        if ids is None:
            if fingerprint(listed) != one["selected_sha256"]:
                yield f"Draw {number}: the list of the selected is not the one the audit's hash stands for."
            return
        for person in sorted(set(listed) - set(ids)):
            yield f"Draw {number}: {person} is on the list, and was not drawn."
        for person in sorted(set(ids) - set(listed)):
            yield f"Draw {number}: {person} was drawn, and is not on the list."


def _panels(mixture: dict[str, Any], count: int) -> np.ndarray:
    shared = np.zeros(count, int)
    for t, number in mixture["shared"]:
        shared[t] = number
    panels = np.tile(shared, (len(mixture["panels"]), 1))
    for panel, entries in zip(panels, mixture["panels"], strict=True):
        for t, number in entries:
            panel[t] += number
    return panels
