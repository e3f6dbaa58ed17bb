"""The policy: begin with the defaults, and add figures from a day on. Rows that hold are never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core import audit, clock
from core.database import db, lock_name
from engagements.wording import source_hash
from expenses import defaults
from expenses.categories import CATEGORIES
from expenses.errors import PolicyDateError
from expenses.models import InvolvementRate, PolicyCategory, PolicyRate, Promise
from expenses.queries import policy as queries
from i18n import languages

#: The parts of a category's words.
WORDS = ("name", "note")


def load_defaults(by: str = "system") -> int:
    """Bring in the default categories and, where nothing holds yet, their first figures; return how many rates came."""
    lock_name("expenses.policy")
    known = {category.key for category in queries.list_categories(active=False)}
    for position, key in enumerate(CATEGORIES):
        if key not in known:
            db.session.add(PolicyCategory(key=key, position=position, words={}, word_sources={}))
    db.session.flush()
    have = {rate.category for rate in queries.list_rates()}
    missing = {key: values for key, values in defaults.RATES.items() if key not in have}
    made = {"valid_from": defaults.SINCE, "created_at": clock.now(), "created_by": by}
    db.session.add_all([PolicyRate(category=key, **values, **made) for key, values in missing.items()])
    if not queries.list_involvement():
        source = {"source": defaults.INVOLVEMENT_SOURCE, "unverified": True}
        rows = [dict(zip(("role", "up_to_minutes", "pence"), row, strict=True)) for row in defaults.INVOLVEMENT]
        db.session.add_all([InvolvementRate(**row, **source, **made) for row in rows])
    if queries.find_promise(clock.today()) is None:
        db.session.add(Promise(days=defaults.PROMISE_DAYS, **made))
    db.session.flush()
    if missing:
        audit.record("policy.loaded", "policy", after={"categories": sorted(missing)})
    return len(missing)


def add_rate(category: str, values: Mapping[str, Any], by: str) -> PolicyRate:
    """Add what the policy says about `category` from `values["valid_from"]` on. Raises PolicyDateError.

    A day that has figures already keeps them: the new row has to begin after the latest one.
    """
    lock_name("expenses.policy")
    _after_latest(PolicyRate.valid_from, PolicyRate.category == category, values["valid_from"])
    row = PolicyRate(category=category, **values, created_at=clock.now(), created_by=by)
    db.session.add(row)
    db.session.flush()
    audit.record("policy.rate_added", f"policy_rate:{row.id}", after={"category": category, **_plain(values)})
    return row


def end_rate(rate: PolicyRate, last_day: dt.date) -> None:
    """Repay the category of `rate` up to `last_day` and not after. Raises PolicyDateError for a day that is past."""
    if last_day < max(clock.today(), rate.valid_from):
        raise PolicyDateError(day=max(clock.today(), rate.valid_from), field="valid_to")
    before, rate.valid_to = rate.valid_to, last_day
    db.session.flush()
    audit.record("policy.rate_ended", f"policy_rate:{rate.id}", {"valid_to": str(before)}, {"valid_to": str(last_day)})


def confirm_rate(rate: PolicyRate | InvolvementRate) -> None:
    """Say that somebody has checked the figures."""
    rate.unverified = False
    db.session.flush()
    audit.record("policy.rate_checked", f"{rate.__tablename__}:{rate.id}")


def add_involvement(role: str, lengths: Mapping[int, int], valid_from: dt.date, by: str) -> None:
    """Pay for time in `role` from a day on: `lengths` is {up to so many minutes: pence}. Raises PolicyDateError."""
    lock_name("expenses.policy")
    _after_latest(InvolvementRate.valid_from, InvolvementRate.role == role, valid_from)
    made = {"role": role, "valid_from": valid_from, "created_at": clock.now(), "created_by": by}
    db.session.add_all([InvolvementRate(up_to_minutes=m, pence=p, **made) for m, p in sorted(lengths.items())])
    db.session.flush()
    after = {"valid_from": str(valid_from), "pence": {str(m): p for m, p in lengths.items()}}
    audit.record("policy.involvement_added", f"involvement:{role}", after=after)


def add_promise(days: int, valid_from: dt.date, by: str) -> Promise:
    """Promise to pay within `days` of sending, from a day on. Raises PolicyDateError."""
    lock_name("expenses.policy")
    _after_latest(Promise.valid_from, sa.true(), valid_from)
    row = Promise(days=days, valid_from=valid_from, created_at=clock.now(), created_by=by)
    db.session.add(row)
    db.session.flush()
    audit.record("policy.promise_added", f"promise:{row.id}", after={"days": days, "valid_from": str(valid_from)})
    return row


def set_words(category: PolicyCategory, tag: str, words: Mapping[str, str], built_in: Mapping[str, str]) -> None:
    """Say in language `tag` what the category is called and what people should know.

    `built_in` is what the program calls it in the source language: a translation remembers what it was made from.
    """
    own = {part: words[part] for part in WORDS if words.get(part)}
    category.words = {**category.words, tag: own}
    source = {**built_in, **category.words.get(languages.SOURCE.tag, {})}
    hashes = {part: source_hash(source.get(part, "")) for part in own}
    category.word_sources = {**category.word_sources, tag: hashes}
    db.session.flush()
    audit.record("policy.words_changed", f"policy_category:{category.key}", after={"language": tag})


def _after_latest(column: Any, which: Any, day: dt.date) -> None:
    latest = db.session.scalar(sa.select(sa.func.max(column)).where(which))
    if latest is not None and day <= latest:
        raise PolicyDateError(day=latest)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, dt.date) else value for key, value in values.items()}
