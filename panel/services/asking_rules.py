"""Set how often people may be asked, and when nobody is: rules with dates, each change on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core import audit, clock
from core.database import db
from core.errors import N_, DomainError, NotFoundError
from panel.models import AskingCap, AskingRule, QuietPeriod


class RuleTakenError(DomainError):
    words = N_("Another rule begins on this day already. Choose another day, or delete that rule first.")
    field = "starts_on"


class RuleBegunError(DomainError):
    words = N_("This rule has begun, so it stays on record. Set a new one that begins later.")


def set_rule(caps: Mapping[int, int], starts_on: dt.date, reason: str, by: str) -> AskingRule:
    """Let caps ({days: most}) hold from a day on. Raises RuleTakenError."""
    taken = sa.select(AskingRule.id).where(AskingRule.starts_on == starts_on)
    if db.session.scalar(taken) is not None:
        raise RuleTakenError
    rule = AskingRule(starts_on=starts_on, reason=reason, made_at=clock.now(), made_by=by)
    rule.caps = [AskingCap(days=days, most=most) for days, most in sorted(caps.items())]
    db.session.add(rule)
    db.session.flush()
    audit.record("asking_rule.set", f"asking_rule:{rule.id}", None, _rule_facts(rule))
    return rule


def delete_rule(rule: AskingRule) -> None:
    """Take a rule back that has not begun. Raises RuleBegunError."""
    if rule.starts_on <= clock.today():
        raise RuleBegunError
    audit.record("asking_rule.deleted", f"asking_rule:{rule.id}", _rule_facts(rule), None)
    db.session.delete(rule)
    db.session.flush()


def _rule_facts(rule: AskingRule) -> dict[str, Any]:
    caps = [{"days": cap.days, "most": cap.most} for cap in rule.caps]
    return {"starts_on": rule.starts_on, "caps": caps, "reason": rule.reason}


def add_quiet_period(
    starts_on: dt.date, ends_on: dt.date, *, area_id: int | None, group_id: int | None, reason: str, by: str
) -> QuietPeriod:
    """Let nobody be asked on these days, both included: nobody at all, of an area, of a group, or of both."""
    period = QuietPeriod(
        starts_on=starts_on, ends_on=ends_on, area_id=area_id, group_id=group_id, reason=reason,
        made_at=clock.now(), made_by=by,
    )  # fmt: skip
    db.session.add(period)
    db.session.flush()
    audit.record("quiet_period.added", f"quiet_period:{period.id}", None, _quiet_facts(period))
    return period


def delete_quiet_period(period: QuietPeriod) -> None:
    """Let people be asked again."""
    audit.record("quiet_period.deleted", f"quiet_period:{period.id}", _quiet_facts(period), None)
    db.session.delete(period)
    db.session.flush()


def _quiet_facts(period: QuietPeriod) -> dict[str, Any]:
    return {name: getattr(period, name) for name in ("starts_on", "ends_on", "area_id", "group_id", "reason")}


def list_rules() -> Sequence[AskingRule]:
    """Return every rule, the latest to begin first."""
    return db.session.scalars(sa.select(AskingRule).order_by(AskingRule.starts_on.desc())).all()


def list_quiet_periods() -> Sequence[QuietPeriod]:
    """Return the quiet periods that are not over, the next first."""
    query = sa.select(QuietPeriod).where(QuietPeriod.ends_on >= clock.today())
    return db.session.scalars(query.order_by(QuietPeriod.starts_on, QuietPeriod.id).limit(200)).all()


def get_rule(rule_id: int) -> AskingRule:
    """Return a rule. Raises NotFoundError."""
    rule = db.session.get(AskingRule, rule_id)
    if rule is None:
        raise NotFoundError
    return rule


def get_quiet_period(period_id: int) -> QuietPeriod:
    """Return a quiet period. Raises NotFoundError."""
    period = db.session.get(QuietPeriod, period_id)
    if period is None:
        raise NotFoundError
    return period
