"""Reminding those who answer for outcomes: before the day, after it each week, and in the end their managers too."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

import accounts.queries
import engagements.queries
from core import audit, clock, config
from core.database import db, lock_name
from engagements.wording import title_of
from feedback import emails
from feedback.models import Outcome
from feedback.queries import loop
from feedback.queries.loop import Due
from i18n.languages import SOURCE

#: An owner hears of a day this long before it.
BEFORE = dt.timedelta(days=7)
#: And then again each time this long has passed.
AGAIN = dt.timedelta(days=7)
#: From here on the panel managers hear of it too.
ESCALATE = dt.timedelta(days=28)


def remind_owners() -> int:
    """Queue today's reminders, one mail a person however much is due; return how many outcomes they are about."""
    lock_name("owner-reminders")
    today = clock.today()
    due = [each for each in loop.list_due(today + BEFORE + dt.timedelta(days=1)) if _is_time(each, today)]
    if not due:
        return 0
    titles = _titles(due)
    own: dict[int, list[Due]] = defaultdict(list)
    escalated: list[Due] = []
    owners = {each.outcome.owner_id for each in due if each.outcome.owner_id}
    active = {person.id for person in accounts.queries.list_by_ids(sorted(owners))}
    for each in due:
        if each.outcome.owner_id in active:
            own[each.outcome.owner_id].append(each)
        # Somebody who has left reads no reminders: their managers hear at once.
        if today - each.day >= ESCALATE or each.outcome.owner_id not in active:
            escalated.append(each)
    link = f"{config.settings().base_url}/staff/loop"
    emails.owner_reminder.queue_many(
        (owner, today, _told(dues, titles), link, False) for owner, dues in sorted(own.items())
    )
    if escalated:
        shown = _told(escalated, titles)
        managers = accounts.queries.ids_with_roles(["panel_manager"])
        emails.owner_reminder.queue_many((manager, today, shown, link, True) for manager in managers)
    ids = [each.outcome.id for each in due]
    db.session.execute(
        sa.update(Outcome)
        .where(Outcome.id.in_(ids))
        .values(reminded_on=today)
        .execution_options(synchronize_session=False)
    )
    audit.record("owners.reminded", "outcomes", None, {"outcomes": ids, "escalated": len(escalated)})
    return len(due)


def _is_time(due: Due, today: dt.date) -> bool:
    """Return whether the owner is to hear of `due` today: once in the week before the day, then weekly from it on."""
    last = due.outcome.reminded_on
    first = due.day - BEFORE
    if last is None or last < first:
        return True  # nothing was said about this day yet
    return today > due.day and (last <= due.day or today - last >= AGAIN)


def _titles(due: Iterable[Due]) -> dict[int, str]:
    ids = sorted({each.outcome.engagement_id for each in due})
    return {each.id: title_of(each) for each in engagements.queries.list_by_ids(ids)}


def _told(due: Iterable[Due], titles: dict[int, str]) -> list[dict[str, Any]]:
    """Return what the message says of each outcome."""
    base = config.settings().base_url
    return [
        {
            "title": titles.get(each.outcome.engagement_id, ""),
            "heard": each.outcome.words.get(SOURCE.tag, {}).get("heard", ""),
            "due_on": each.day.isoformat(),
            "days": each.days,
            "link": f"{base}/staff/engagements/{each.outcome.engagement_id}/outcomes",
        }
        for each in due
    ]
