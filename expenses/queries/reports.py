"""What taking part costs, counted in SQL: by engagement, kind, area and period; how fast; whom; whom it may stop."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db, is_postgresql
from engagements.models import Engagement, EngagementState
from expenses.models import Budget, Claim, ClaimKind, ClaimLine, ClaimState, Payee
from expenses.periods import WHOLE, Period, month_begins
from expenses.transitions import COUNTING_STATES
from panel import characteristics, taking_part

#: Key -> (people, pence).
Parts = dict[str, tuple[int, int]]
#: The row of what an advance had paid before, taken off what the lines come to.
ADVANCED = "advanced"
#: Where nothing is known.
NONE = ""
#: How far back the changes of clocks are asked for: longer than any claim is kept.
_REMEMBERED = dt.timedelta(days=366 * 8)
_WORTH = Claim.approved_pence - Claim.advance_pence


@dataclass(frozen=True)
class Spend:
    """What was paid in one financial year: the whole, and the same broken down three times."""

    whole: tuple[int, int]
    by_engagement: Parts
    by_kind: Parts
    by_area: Parts

    @property
    def broken_down(self) -> dict[str, Parts]:
        """Dimension -> its parts."""
        return {"engagement": self.by_engagement, "kind": self.by_kind, "area": self.by_area}


def financial_year(day: dt.date) -> int:
    """Return the year in which the financial year of `day` began; it begins on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def years() -> list[int]:
    """Return the financial years in which something was paid, the latest first."""
    first, last = db.session.execute(sa.select(sa.func.min(Claim.paid_on), sa.func.max(Claim.paid_on))).one()
    if first is None or last is None:
        return [financial_year(clock.today())]
    return list(range(financial_year(last), financial_year(first) - 1, -1))


def _paid_in(period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return (Claim.state == ClaimState.PAID, Claim.paid_on >= period.since, Claim.paid_on < period.until)


def spend(year: int) -> Spend:
    """Return what was paid in the financial year that began in `year`. Five queries, whatever the number of claims."""
    paid = _paid_in(Period(year))
    people, pence = sa.func.count(Claim.payee_id.distinct()), sa.func.coalesce(sa.func.sum(_WORTH), 0)
    whole = db.session.execute(sa.select(people, pence).where(*paid)).one()
    return Spend(
        (whole[0], int(whole[1])),
        _parts(sa.select(Claim.engagement_id, people, pence).where(*paid).group_by(Claim.engagement_id)),
        _by_kind(year),
        _parts(sa.select(Claim.area_id, people, pence).where(*paid).group_by(Claim.area_id)),
    )


#: Key -> part of the year -> (people, pence). People are counted once in each part.
Matrix = dict[str, dict[str, tuple[int, int]]]
#: What a period can be broken down by.
DIMENSIONS = ("engagement", "kind", "area")


def matrix(dimension: str, year: int) -> Matrix:
    """Return what was paid in a year and in each of its quarters and months, by `dimension` or `all`, in one query."""
    # First for each person and month, then how many: what is read of claims and lines is read once.
    each = _for_each_person(dimension, year).cte("each")
    quarter = sa.case((each.c.month < 3, 0), (each.c.month < 6, 1), (each.c.month < 9, 2), else_=3)
    key, pence, people = each.c.key, sa.func.sum(each.c.pence), sa.func.count(each.c.payee_id.distinct())
    query = sa.union_all(
        sa.select(sa.literal(WHOLE), key, sa.literal(0), people, pence).group_by(key),
        sa.select(sa.literal("q"), key, quarter, people, pence).group_by(key, quarter),
        sa.select(sa.literal("m"), key, each.c.month, sa.func.count(), pence).group_by(key, each.c.month),
    )
    found: Matrix = {}
    for letter, name, place, count, sum_of in db.session.execute(query):
        part = f"{letter}{int(place) + 1}" if letter else WHOLE
        found.setdefault(str(name if name is not None else NONE), {})[part] = (count, int(sum_of or 0))
    return found


def _for_each_person(dimension: str, year: int) -> Any:
    ends = [(Claim.paid_on < month_begins(year, place + 1), place) for place in range(11)]
    month, paid = sa.case(*ends, else_=11).label("month"), _paid_in(Period(year))
    if dimension != "kind":
        keys: dict[str, Any] = {"engagement": Claim.engagement_id, "area": Claim.area_id, "all": sa.literal(NONE)}
        key = keys[dimension].label("key")
        query = sa.select(key, month, Claim.payee_id, sa.func.sum(_WORTH).label("pence")).where(*paid)
        return query.group_by("key", "month", Claim.payee_id)
    given = sa.func.sum(sa.func.coalesce(ClaimLine.approved_pence, 0)).label("pence")
    lines = (
        sa.select(ClaimLine.category.label("key"), month, Claim.payee_id, given)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(*paid)
        .group_by(ClaimLine.category, "month", Claim.payee_id)
    )
    before = sa.select(sa.literal(ADVANCED), month, Claim.payee_id, -sa.func.sum(Claim.advance_pence))
    return sa.union_all(lines, before.where(*paid, Claim.advance_pence > 0).group_by("month", Claim.payee_id))


def _by_kind(year: int) -> Parts:
    """By line, as approved; what advances had paid already is a row of its own, so that the rows add up."""
    # First for each person, then how many: PostgreSQL sorts whatever it counts as distinct.
    each = (
        sa.select(ClaimLine.category, sa.func.sum(sa.func.coalesce(ClaimLine.approved_pence, 0)).label("pence"))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(*_paid_in(Period(year)))
        .group_by(ClaimLine.category, Claim.payee_id)
        .subquery()
    )
    lines = sa.select(each.c.category, sa.func.count(), sa.func.sum(each.c.pence)).group_by(each.c.category)
    found = _parts(lines)
    people = sa.func.count(Claim.payee_id.distinct())
    before = sa.select(people, -sa.func.coalesce(sa.func.sum(Claim.advance_pence), 0))
    count, pence = db.session.execute(before.where(*_paid_in(Period(year)), Claim.advance_pence > 0)).one()
    return found | ({ADVANCED: (count, int(pence))} if count else {})


def _parts(query: sa.Select[Any, int, int]) -> Parts:
    return {str(key if key is not None else NONE): (n, int(pence or 0)) for key, n, pence in db.session.execute(query)}


@dataclass(frozen=True)
class Speed:
    """How long it took to pay: {days: claims}, how many were in time, and for how many people."""

    days: dict[int, int]
    in_time: int
    promised: int
    people: int


def speed(period: Period) -> Speed:
    """Return how many days lay between sending and paying, of what was paid in a period, in two queries."""
    taken = _days_until(Claim.paid_on, Claim.submitted_at)
    on_time = sa.func.sum(sa.case((Claim.paid_on <= Claim.promised_on, 1), else_=0))
    query = (
        sa.select(taken, sa.func.count(), on_time, sa.func.count(Claim.promised_on))
        .where(*_paid_in(period), Claim.submitted_at.is_not(None))
        .group_by(taken)
    )
    days: dict[int, int] = {}
    kept = promised = 0
    for passed, count, in_time, with_promise in db.session.execute(query):
        number = max(0, int(passed))
        days[number] = days.get(number, 0) + count
        kept, promised = kept + int(in_time or 0), promised + with_promise
    people = db.session.scalar(sa.select(sa.func.count(Claim.payee_id.distinct())).where(*_paid_in(period))) or 0
    return Speed(days, kept, promised, people)


def _days_until(day: sa.SQLColumnExpression[Any], moment: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[Any]:
    """Return how many days lie between a moment, on the calendar of people here, and a later day."""
    if is_postgresql():
        return day - sa.cast(sa.func.timezone(clock.zone().key, moment), sa.Date)
    return sa.cast(sa.func.julianday(day) - sa.func.julianday(_local_day(moment)), sa.Integer)


def _local_day(moment: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[Any]:
    """Return the calendar day of a moment. SQLite knows no zones: it is told when clocks changed, and to what."""
    since = clock.start_of_day(clock.today() - _REMEMBERED)
    first, *changes = clock.offsets(since, clock.now() + dt.timedelta(days=366))
    shifted = [(moment >= begins, sa.func.date(moment, _seconds(offset))) for begins, offset in reversed(changes)]
    usual = sa.func.date(moment, _seconds(first[1]))
    return sa.case(*shifted, else_=usual) if shifted else usual


def _seconds(offset: dt.timedelta) -> str:
    return f"{int(offset.total_seconds()):+d} seconds"


def declined() -> tuple[int, int]:
    """Return how many members want no payment for their time, and how many were offered one, each counted once."""
    mine = sa.select(sa.func.count(Claim.payee_id.distinct())).where(Claim.kind == ClaimKind.TIME)
    counts = sa.select(
        mine.where(Claim.state == ClaimState.DECLINED).scalar_subquery(),
        mine.where(Claim.state.not_in([ClaimState.DRAFT, ClaimState.WITHDRAWN])).scalar_subquery(),
    )
    no, offered = db.session.execute(counts).one()
    return int(no or 0), int(offered or 0)


def who() -> dict[str, dict[str, tuple[int, int]]]:
    """Return {characteristic: {category: (members who took part, of them those who claimed)}}, in one query."""
    people = characteristics.described().subquery("people")
    claimants = (
        sa.select(Payee.member_id)
        .join(Claim, Claim.payee_id == Payee.id)
        .where(Claim.state.in_(COUNTING_STATES), Payee.member_id.is_not(None))
    )
    has_claimed = people.c.member_id.in_(claimants)
    base = (
        sa.select(*[people.c[key] for key in characteristics.PERSONAL], people.c.area, _number(has_claimed).label("n"))
        .where(sa.or_(taking_part.took_part(people.c.member_id), has_claimed))
        .cte("base")
    )
    keys = (*characteristics.PERSONAL, "area")
    parts = [
        sa.select(sa.literal(key), base.c[key], sa.func.count(), sa.func.coalesce(sa.func.sum(base.c.n), 0)).group_by(
            base.c[key]
        )
        for key in keys
    ]
    found: dict[str, dict[str, tuple[int, int]]] = {key: {} for key in keys}
    for feature, category, took_part, claimed in db.session.execute(sa.union_all(*parts)):
        found[feature][category] = (int(took_part), int(claimed))
    return found


def _number(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, 1), else_=0)


def planned(limit: int = 100) -> list[tuple[Engagement, Budget]]:
    """Return engagements that are planned or open with their budgets that have not ended, the earliest first."""
    query = (
        sa.select(Engagement, Budget)
        .join(Budget, Budget.engagement_id == Engagement.id)
        .where(Engagement.state.in_([EngagementState.DRAFT, EngagementState.OPEN]), Budget.ends_on >= clock.today())
        .order_by(Budget.starts_on, Budget.id)
        .limit(limit)
    )
    return [(engagement, budget) for engagement, budget in db.session.execute(query)]
