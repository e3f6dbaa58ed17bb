"""The loop of many engagements, and what is overdue, as the staff page needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import accounts.queries
import engagements.queries
from engagements.models import Engagement
from engagements.wording import title_of
from feedback.queries.loop import SILENCE, Due, Loop
from i18n.languages import SOURCE


@dataclass(frozen=True)
class Row:
    """An engagement in the table."""

    title: str
    href: str
    status: str
    kind: str
    loop: Loop


def rows(found: Sequence[Engagement], loops: Mapping[int, Loop]) -> list[Row]:
    """Return the rows of the table."""
    return [
        Row(
            title_of(each),
            url_for("feedback.list_outcomes", engagement_id=each.id),
            *_status(loops[each.id]),
            loop=loops[each.id],
        )
        for each in found
    ]


def _status(loop: Loop) -> tuple[str, str]:
    if loop.is_open:
        return (_("People are answering"), "blue") if loop.period.still_open else (_("Open"), "yellow")
    return (_("Closed"), "green") if loop.published else (_("Nobody asked yet"), "grey")


@dataclass
class Owner:
    """Somebody with something overdue."""

    name: str
    lines: list[dict[str, Any]] = field(default_factory=list)


def overdue(dues: Sequence[Due], silent: Sequence[Engagement]) -> list[Owner]:
    """Return what is overdue by owner, those without an owner first, in four queries whatever the number."""
    ids = sorted({due.outcome.engagement_id for due in dues})
    titles = {each.id: title_of(each) for each in engagements.queries.list_by_ids(ids)}
    wanted = {due.outcome.owner_id for due in dues} | {each.owner_id for each in silent}
    people = {each.id: each.name for each in accounts.queries.list_by_ids(sorted(filter(None, wanted)))}
    owners: dict[int, Owner] = {}

    def of(owner_id: int | None) -> Owner:
        key = owner_id if owner_id in people else 0
        return owners.setdefault(key or 0, Owner(people.get(key or 0, _("Nobody who is still here"))))

    for due in dues:
        of(due.outcome.owner_id).lines.append(
            {
                "text": due.outcome.words.get(SOURCE.tag, {}).get("heard", ""),
                "title": titles.get(due.outcome.engagement_id, ""),
                "day": due.day,
                "days": -due.days,
                "href": url_for("feedback.show_outcome", outcome_id=due.outcome.id),
            }
        )
    for engagement in silent:
        of(engagement.owner_id).lines.append(
            {
                "text": _("Nothing has been written about what came of it."),
                "title": title_of(engagement),
                "day": None,
                "days": SILENCE.days,
                "href": url_for("feedback.list_outcomes", engagement_id=engagement.id),
            }
        )
    return [owners[key] for key in sorted(owners, key=lambda key: (key != 0, owners[key].name))]
