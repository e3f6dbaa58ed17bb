"""What the worker does for a draw: checks that it is possible, fixes it, holds it, finds replacements.

The solver and numpy are imported by the work itself: the web server knows these kinds, too, and needs neither.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core import audit, clock, tasks
from core.database import db
from core.errors import N_
from core.task_runner import Running
from panel.draws import pools, quotas
from panel.draws.errors import ImpossibleError, NobodyLeftError, NoReserveError, NotNowError
from panel.draws.people import add, list_people
from panel.draws.planning import CHECK, FIX, HOLD, REPLACE
from panel.lottery.errors import InfeasibleError, TooFewPeopleError
from panel.lottery.pool import Pool, pool_hash, read_pool
from panel.lottery.quotas import Quota
from panel.lottery.randomness import Seed, commitment
from panel.models import Draw, DrawnPerson, DrawQuota, DrawSheet, DrawState, Reply, Role

if TYPE_CHECKING:
    from panel.lottery.engine import Result

#: What the engine calls its stages, in words, and how much of the whole lies before and in each.
_STAGES: dict[str, tuple[str, float, float]] = {
    "fairness": (N_("Working out the fairest chances"), 0.05, 0.55),
    "distribution": (N_("Putting groups together that keep all the numbers"), 0.6, 0.25),
    "draw": (N_("Drawing"), 0.85, 0.05),
}
READING = N_("Reading who can be chosen")
LOOKING = N_("Looking whether the numbers can be met")
RESERVES = N_("Drawing the reserves")


def _telling(task: Running, start: float = 0.0, share: float = 1.0) -> Callable[[str, float], None]:
    """Return what the engine tells its progress to; it raises once the task is stopped."""

    def tell(stage: str, done: float) -> None:
        words, before, part = _STAGES.get(stage, (_STAGES["fairness"][0], 0.05, 0.0))
        task.step(words, start + share * (before + part * done))

    return tell


def _planned(task: Running) -> tuple[Draw, list[DrawQuota]]:
    draw = db.session.get_one(Draw, task.parameters["draw_id"])
    if draw.state != DrawState.PLANNED:
        raise NotNowError
    return draw, quotas.of(draw.id)


# --- is it possible ----------------------------------------------------------------------------------------------


@tasks.kind(CHECK)
def check(task: Running) -> dict[str, Any]:
    """Look whether some group meets the quotas; keep what would have to change where none does."""
    draw, rows = _planned(task)
    task.step(READING, 0.1)
    pool = pools.read(draw, rows, "check")
    task.step(LOOKING, 0.4)
    found = _findings(draw, rows, pool)
    with task.writing():
        draw = db.session.get_one(Draw, task.parameters["draw_id"], with_for_update=True)
        if draw.state == DrawState.PLANNED:
            draw.findings = found
            audit.record("draw.checked", f"draw:{draw.id}", after={"possible": found["possible"]})
    return {"possible": found["possible"]}


def _findings(draw: Draw, rows: list[DrawQuota], pool: Pool) -> dict[str, Any]:
    found: dict[str, Any] = {"people": len(pool), "housemates": _housemates(pool), "suggestions": []}
    try:
        size, drawn = to_draw(draw, rows, pool)
    except InfeasibleError as error:
        return found | {"possible": False, "suggestions": error.suggestions}
    except TooFewPeopleError:
        return found | {"possible": False, "suggestions": [{"size": draw.size, "could_be": len(pool)}]}
    if draw.expects_answers:  # how many of each are drawn then, for the page that shows the pool
        found["drawn"] = [[quota.category, quota.feature, quota.min, quota.max] for quota in drawn]
    return found | {"possible": True, "draw_size": size}


def _housemates(pool: Pool) -> int:
    """Return how many of the pool share an address with another of the pool."""
    homes: dict[str, int] = {}
    for home in pool.column(pools.HOUSEHOLD):
        if home:
            homes[home] = homes.get(home, 0) + 1
    return sum(count for count in homes.values() if count > 1)


def to_draw(draw: Draw, rows: list[DrawQuota], pool: Pool) -> tuple[int, list[Quota]]:
    """Return how many are to be drawn, and within which quotas. Raises InfeasibleError, TooFewPeopleError."""
    from panel.lottery.infeasible import suggestions
    from panel.lottery.kinds import kinds_of
    from panel.lottery.planning import exists
    from panel.lottery.problem import problem_of
    from panel.lottery.responders import invitation

    size, wanted = draw.size or 0, quotas.for_engine(rows, drawn=False)
    if size > len(pool):
        raise TooFewPeopleError(file="pool", row=1, k=size, n=len(pool))
    if draw.expects_answers:
        asked = invitation(pool, wanted, size, pools.RESPONSE, pools.HOUSEHOLD)
        size, wanted = asked.size, asked.quotas
    if draw.algorithm != "random":
        kinds = kinds_of(pool, sorted(draw.features), pools.HOUSEHOLD)
        problem = problem_of(kinds, wanted, size)
        if not exists(problem, whole=len(kinds) <= 2000):
            raise InfeasibleError(suggestions=suggestions(problem, kinds), k=size)
    return size, wanted


# --- fix ---------------------------------------------------------------------------------------------------------


@tasks.kind(FIX)
def fix(task: Running) -> dict[str, Any]:
    """Freeze the pool, make the secret, and publish all that the draw will be held with. Raises ImpossibleError."""
    from panel.lottery.audit import before

    draw, rows = _planned(task)
    task.step(READING, 0.1)
    key, secret = pools.fresh_secret(), pools.fresh_secret()
    pool = pools.read(draw, rows, key)
    task.step(LOOKING, 0.4)
    try:
        size, wanted = to_draw(draw, rows, pool)
    except (InfeasibleError, TooFewPeopleError):
        raise ImpossibleError(k=draw.size) from None
    kept = pools.without_responses(pool)
    columns = sorted(draw.features)
    said = before(kept, columns, wanted, size, draw.algorithm, pools.HOUSEHOLD)
    with task.writing():
        draw = db.session.get_one(Draw, task.parameters["draw_id"], with_for_update=True)
        if draw.state != DrawState.PLANNED:
            raise NotNowError
        for row, quota in zip(quotas.of(draw.id), wanted, strict=True):
            row.draw_least, row.draw_most = (quota.min, quota.max) if draw.expects_answers else (None, None)
        pools.keep(draw.id, kept, key, secret)
        draw.source, draw.source_on = task.parameters["source"], dt.date.fromisoformat(task.parameters["source_on"])
        draw.secret_sha256, draw.pool_sha256 = commitment(secret), said["pool"]["sha256"]
        draw.pool_people, draw.draw_size, draw.fixed_at = len(kept), size, clock.now()
        draw.commitment = said | {
            "secret_sha256": draw.secret_sha256,
            "source": draw.source,
            "source_on": draw.source_on.isoformat(),
        }
        draw.state = DrawState.FIXED
        after = {"pool_sha256": draw.pool_sha256, "secret_sha256": draw.secret_sha256, "people": len(kept)}
        audit.record("draw.fixed", f"draw:{draw.id}", {"state": DrawState.PLANNED}, after)
    return {"people": len(kept), "draw_size": size}


# --- hold --------------------------------------------------------------------------------------------------------


def seed_of(draw: Draw) -> Seed:
    """Return where the draw's randomness comes from: the public value and the secret together."""
    source = f"{draw.source} ({draw.source_on})"
    return Seed(draw.public_value or "", pools.opened(draw.id, "secret"), source)


def pool_of(draw: Draw) -> Pool:
    """Return the pool as it was fixed; raises ValueError when it is not what was published."""
    pool = read_pool(io.StringIO(pools.opened(draw.id, "pool")))
    if pool_hash(pool, [*sorted(draw.features), pools.HOUSEHOLD]) != draw.pool_sha256:
        raise ValueError("the pool is not the one that was published")
    return pool


@tasks.kind(HOLD)
def hold(task: Running) -> dict[str, Any]:
    """Draw: the same result however often it is begun, for pool, quotas and seed are fixed."""
    from panel.lottery.engine import draw as held
    from panel.lottery.replacing import reserves

    draw = db.session.get_one(Draw, task.parameters["draw_id"])
    if draw.state != DrawState.FIXED or draw.public_value is None:
        raise NotNowError
    rows, seed, key = quotas.of(draw.id), seed_of(draw), pools.opened(draw.id, "key")
    wanted, size, algorithm = quotas.for_engine(rows, drawn=True), draw.draw_size or 0, draw.algorithm
    reserve_size = draw.reserves
    pool = pool_of(draw)
    result = held(pool, wanted, size, algorithm, seed, pools.HOUSEHOLD, progress=_telling(task))
    results = [("draw", result)]
    if reserve_size:
        task.step(RESERVES, 0.9)
        # A stream of its own: with that of the draw the reserves would follow from who was chosen.
        own = Seed(f"{seed.public}|reserves", seed.secret, seed.source)
        chosen = result.selected[0]
        try:
            more = reserves(pool, wanted, size, chosen, reserve_size, own, algorithm, pools.HOUSEHOLD)
        except InfeasibleError:
            # Those left cannot be made up like the group: then all of them have the same chance to stand ready.
            more = reserves(pool, wanted, size, chosen, reserve_size, own, "random", pools.HOUSEHOLD)
        results.append(("reserves", more))
    who = pools.members_behind(key, [number for _, one in results for number in one.selected[0]])
    sheets = [_sheet(task.parameters["draw_id"], n, kind, one, pool) for n, (kind, one) in enumerate(results)]
    with task.writing():
        draw = db.session.get_one(Draw, task.parameters["draw_id"], with_for_update=True)
        if draw.state != DrawState.FIXED:
            raise NotNowError
        for role, (_, one) in zip((Role.CHOSEN, Role.RESERVE), results, strict=False):
            add(draw.id, role, one, who)
        db.session.add_all(sheets)
        summary = result.summary()
        draw.figures = {name: summary[name] for name in _FIGURES}
        draw.state, draw.drawn_at = DrawState.DRAWN, clock.now()
        after = {"chosen": size, "reserves": reserve_size, "seed_sha256": commitment(seed.text)}
        audit.record("draw.held", f"draw:{draw.id}", {"state": DrawState.FIXED}, after)
    return {"chosen": size, "reserves": reserve_size}


_FIGURES = (
    *("algorithm", "n", "k", "types", "min_probability", "upper_bound", "gini", "geometric_mean"),
    *("realisation_error", "seconds"),
)


def _sheet(draw_id: int, number: int, kind: str, result: Result, pool: Pool) -> DrawSheet:
    from panel.lottery.publishing import public_sheet

    shown = public_sheet(result.audit, pool)
    whole = shown.pop("sealed")
    return DrawSheet(draw_id=draw_id, number=number, kind=kind, made_at=clock.now(), public=shown, whole=whole)


# --- replace -----------------------------------------------------------------------------------------------------


@tasks.kind(REPLACE)
def replace(task: Running) -> dict[str, Any]:
    """Find people in place of those who said no, given everybody who has not."""
    draw = db.session.get_one(Draw, task.parameters["draw_id"])
    if draw.state != DrawState.PUBLISHED:
        raise NotNowError
    people, key = list_people(draw.id), pools.opened(draw.id, "key")
    numbers = {person.member_id: pools.number(key, "p", person.member_id) for person in people}
    size = draw.draw_size or 0
    staying = [p for p in people if p.role != Role.RESERVE and p.reply != Reply.DECLINED]
    if len(staying) >= size:
        raise NobodyLeftError
    pool, wanted = pool_of(draw), quotas.for_engine(quotas.of(draw.id), drawn=True)
    if task.parameters["how"] == "reserve":
        return _call_reserves(task, people, numbers, pool, wanted, size)
    return _draw_again(task, draw, people, numbers, pool, wanted, size)


def _call_reserves(
    task: Running, people: list[DrawnPerson], numbers: dict[int, str], pool: Pool, wanted: list[Quota], size: int
) -> dict[str, Any]:
    from panel.lottery.replacing import next_reserve

    yes = [numbers[p.member_id] for p in people if p.role != Role.RESERVE and p.reply != Reply.DECLINED]
    waiting = [numbers[p.member_id] for p in people if p.role == Role.RESERVE and p.reply != Reply.DECLINED]
    called: list[str] = []
    while len(yes) < size and (one := next_reserve(pool, wanted, size, yes, waiting)) is not None:
        yes.append(one)
        waiting.remove(one)
        called.append(one)
    if not called:
        raise NoReserveError
    who = {name: member_id for member_id, name in numbers.items()}
    with task.writing():
        round_ = _next_round(task.parameters["draw_id"])
        for place, name in enumerate(called, start=1):
            person = db.session.get_one(DrawnPerson, (task.parameters["draw_id"], who[name]))
            if person.role != Role.RESERVE or person.reply == Reply.DECLINED:
                raise NotNowError  # somebody answered meanwhile
            person.role, person.place, person.round = Role.REPLACEMENT, place, round_
        audit.record("draw.reserves_called", f"draw:{task.parameters['draw_id']}", after={"called": len(called)})
    return {"found": len(called)}


def _draw_again(
    task: Running,
    draw: Draw,
    people: list[DrawnPerson],
    numbers: dict[int, str],
    pool: Pool,
    wanted: list[Quota],
    size: int,
) -> dict[str, Any]:
    from panel.lottery.replacing import replacements

    yes = [numbers[p.member_id] for p in people if p.role != Role.RESERVE and p.reply != Reply.DECLINED]
    no = [numbers[p.member_id] for p in people if p.reply == Reply.DECLINED]
    round_, seed, key = _next_round(draw.id), seed_of(draw), pools.opened(draw.id, "key")
    draw_id, algorithm = draw.id, draw.algorithm
    own = Seed(f"{seed.public}|replacements {round_}", seed.secret, seed.source)
    told = _telling(task)
    try:
        result = replacements(pool, wanted, size, yes, no, algorithm, own, pools.HOUSEHOLD, progress=told)
    except InfeasibleError:
        raise ImpossibleError(k=size) from None
    who = pools.members_behind(key, result.selected[0])
    left = _left(pool, yes, no)
    with task.writing():
        if _next_round(draw_id) != round_:
            raise NotNowError
        # A reserve may be drawn: then they are asked now, and not once more later.
        add(draw_id, Role.REPLACEMENT, result, who, round_)
        db.session.add(_sheet(draw_id, _next_sheet(draw_id), "replacements", result, left))
        audit.record("draw.replaced", f"draw:{draw_id}", after={"found": len(result.selected[0]), "round": round_})
    return {"found": len(result.selected[0])}


def _left(pool: Pool, yes: list[str], no: list[str]) -> Pool:
    """Return the pool that replacements are drawn from, as panel.lottery.replacing makes it."""
    homes = pool.column(pools.HOUSEHOLD)
    taken = {homes[i] for i, number in enumerate(pool.ids) if number in set(yes)} - {""}
    gone = {*yes, *no}
    return pool.keeping([i for i, n in enumerate(pool.ids) if n not in gone and homes[i] not in taken])


def _next_round(draw_id: int) -> int:
    return max((person.round for person in list_people(draw_id)), default=0) + 1


def _next_sheet(draw_id: int) -> int:
    return db.session.query(DrawSheet).filter_by(draw_id=draw_id).count()
