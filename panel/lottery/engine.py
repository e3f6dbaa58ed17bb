"""The lottery: people and quotas in, probabilities, the chosen and an audit out."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from panel.lottery import audit, errors
from panel.lottery.algorithms import ALGORITHMS
from panel.lottery.kinds import Kinds, kinds_of
from panel.lottery.panels import SAME
from panel.lottery.planning import Plan, planned
from panel.lottery.pool import Pool, canonical_order, check_features, features_used
from panel.lottery.problem import Problem, problem_of
from panel.lottery.programs import watched
from panel.lottery.quotas import Quota, check_quotas
from panel.lottery.randomness import Seed, Stream
from panel.lottery.residue import End
from panel.lottery.selection import counts_by_type, counts_of, people_of, stream_of
from panel.lottery.watching import Progress, Watch

#: Decimals of what is published: beyond is the solver's dust.
PLACES = 15


@dataclass(frozen=True)
class Draw:
    """One draw: `places` in the pool, `counts` of each type, and after a walk where it ended."""

    places: list[int]
    counts: np.ndarray
    end: End | None = None


@dataclass(frozen=True)
class Result:
    """What a lottery came to. `probabilities` are by id; `selected` lists the ids of each draw.

    `upper_bound` is proved: no lottery that keeps the quotas gives its least likely person more. `realisation_error`
    is the largest difference between a published probability and the one the draw has (for a walk: of the draws made).
    """

    algorithm: str
    n: int
    k: int
    types: int
    probabilities: dict[str, float]
    selected: list[list[str]]
    upper_bound: float
    realisation_error: float
    gini: float
    geometric_mean: float
    seconds: float
    peak_mb: float
    audit: dict[str, Any] = field(repr=False)

    @property
    def min_probability(self) -> float:
        return min(self.probabilities.values())

    def summary(self) -> dict[str, Any]:
        """Return the figures, for people and programs."""
        return {
            "status": "ok",
            "algorithm": self.algorithm,
            "n": self.n,
            "k": self.k,
            "types": self.types,
            "min_probability": self.min_probability,
            "upper_bound": self.upper_bound,
            "gini": self.gini,
            "geometric_mean": self.geometric_mean,
            "realisation_error": self.realisation_error,
            "seconds": round(self.seconds, 3),
            "peak_mb": round(self.peak_mb, 1),
            "suggestions": [],
        }


def draw(
    pool: Pool,
    quotas: Sequence[Quota],
    k: int,
    algorithm: str = "leximin",
    seed: Seed | str | None = None,
    households: str | None = None,
    draws: int = 1,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    quotas_name: str = "quotas",
) -> Result:
    """Choose `k` of `pool` so that `quotas` hold, `draws` times over; never two of a household (a column's name).

    Raises RefusedError for what cannot be used, InfeasibleError when no panel keeps the quotas, CancelledError.
    """
    began = time.perf_counter()
    watch = Watch(progress, cancelled)
    seed = Seed(seed, source="given") if isinstance(seed, str) else seed or Seed.fresh()
    _check(pool, quotas, k, algorithm, draws)
    columns = features_used(pool, quotas, quotas_name)
    check_features(pool, quotas)
    kinds = kinds_of(pool, columns, households)
    problem = problem_of(kinds, quotas, k)
    terms = audit.before(pool, columns, quotas, k, algorithm, households)
    with watched(watch):
        plan = plan_of(problem, kinds, algorithm, households is not None, watch)
        made = _made(pool, kinds, plan, (seed.text, terms["terms_sha256"]), draws, watch)
    share = probabilities(plan)
    selected = [[pool.ids[place] for place in one.places] for one in made]
    sheet = audit.sheet(terms, kinds, plan, seed, made, share, selected)
    return Result(
        algorithm=algorithm,
        n=len(pool),
        k=k,
        types=len(kinds),
        probabilities=_by_id(pool, kinds, share),
        selected=selected,
        upper_bound=min(1.0, round(min(plan.upper_bound, plan.searched_bound), PLACES)),
        realisation_error=realisation_error(plan, made),
        gini=gini(share, kinds.people),
        geometric_mean=geometric_mean(share, kinds.people),
        seconds=time.perf_counter() - began,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        audit=sheet,
    )


def _by_id(pool: Pool, kinds: Kinds, share: np.ndarray) -> dict[str, float]:
    out = np.zeros(len(pool))
    for t, members in enumerate(kinds.members):
        out[members.ravel()] = share[t]
    return dict(zip(pool.ids, out.tolist(), strict=True))


def _check(pool: Pool, quotas: Sequence[Quota], k: int, algorithm: str, draws: int) -> None:
    if algorithm not in ALGORITHMS:
        raise errors.UnknownAlgorithmError(algorithm=algorithm)
    if k < 1 or draws < 1:
        raise errors.SizeError
    if not len(pool):
        raise errors.EmptyFileError(file=pool.name, row=1)
    if k > len(pool):
        raise errors.TooFewPeopleError(file=pool.name, row=pool.line(len(pool) - 1), k=k, n=len(pool))
    check_quotas(quotas)


def plan_of(problem: Problem, kinds: Kinds, algorithm: str, households: bool, watch: Watch) -> Plan:
    """Return how the draws will be made."""
    if algorithm != "random":
        return planned(problem, kinds, algorithm, watch)
    if households:
        return planned(problem.without_quotas(), kinds, "proportionate", watch)
    even = kinds.people * (problem.k / int(kinds.people.sum()))
    return Plan(problem, "uniform", even, problem.k / int(kinds.people.sum()))


def _made(pool: Pool, kinds: Kinds, plan: Plan, source: tuple[str, str], draws: int, watch: Watch) -> list[Draw]:
    """Hold the draws with numbers from `source`: the seed's text and the hash of the terms."""
    made = []
    for number in range(1, draws + 1):
        stream = stream_of(*source, number)
        if plan.method == "uniform":
            made.append(_uniform(pool, kinds, plan, stream))
        else:
            counts, end = counts_of(plan, kinds, stream, watch)
            made.append(Draw(people_of(kinds, counts, stream), counts, end))
        watch.step("draw", number / draws)  # afterwards: the first draw tells how far its distribution is
    return made


def _uniform(pool: Pool, kinds: Kinds, plan: Plan, stream: Stream) -> Draw:
    places = stream.sample(canonical_order(pool, kinds.columns), plan.problem.k)
    return Draw(places, counts_by_type(kinds, places))


def probabilities(plan: Plan) -> np.ndarray:
    """Return each type's published probability (T): of one person of it."""
    return np.round(plan.x / plan.problem.people, PLACES)


def realisation_error(plan: Plan, made: Sequence[Draw]) -> float:
    """Return the largest difference between a published probability and the one that the draws have."""
    if plan.mixture is not None:
        away = np.abs(plan.mixture.mean - probabilities(plan) * plan.problem.people)
        return float(np.max(away / plan.problem.people))
    return max((one.end.mixture.error for one in made if one.end is not None), default=0.0)


def gini(share: np.ndarray, people: np.ndarray) -> float:
    """Return the Gini coefficient of the probabilities over persons: 0 when all are alike."""
    order = np.argsort(share)
    p, n = share[order], people[order].astype(float)
    total = float(np.sum(p * n))
    above = np.cumsum(p * n) - p * n / 2
    return max(0.0, 1 - 2 * float(np.sum(n * above)) / (float(np.sum(n)) * total)) if total > 0 else 0.0


def geometric_mean(share: np.ndarray, people: np.ndarray) -> float:
    """Return the geometric mean of the probabilities over persons: 0 when somebody has none."""
    if np.min(share) < SAME:
        return 0.0
    return float(np.exp(np.sum(people * np.log(share)) / np.sum(people)))
