"""People to be told by a person: how to reach them, and what to say, in their language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

import panel.reach
from feedback import reasons
from feedback.models import Told
from feedback.presenters.content import telling_content
from feedback.presenters.progress import ROUTES
from i18n import languages, negotiation
from i18n.languages import Language
from panel.contact import open_contact
from panel.presenters import format_names


@dataclass(frozen=True)
class Card:
    """One person on a list."""

    member_id: int
    name: str
    phone: str
    email: str
    has_address: bool
    language: Language
    route: str
    #: What they asked for: braille, Easy Read and the like, in words.
    formats: list[str]
    reason: str


def cards(rows: Sequence[Told]) -> list[Card]:
    """Return the people of one page of a list, with one query; only theirs are opened."""
    members = panel.reach.members_by_id([row.member_id for row in rows])
    found = []
    for row in rows:
        contact = open_contact(members[row.member_id])
        found.append(
            Card(
                member_id=row.member_id,
                name=contact.name or _("Member %(number)s", number=row.member_id),
                phone=contact.phone,
                email=contact.email,
                has_address=bool(contact.address),
                language=languages.get(row.language),
                route=_(ROUTES[row.route]),
                formats=format_names(members[row.member_id].formats),
                reason=_(reasons.WORDS.get(row.reason, row.reason)) if row.reason else "",
            )
        )
    return found


def scripts(telling_id: int, tags: Iterable[str]) -> list[dict[str, Any]]:
    """Return what to say or text in each of the languages on the page."""
    found = []
    for tag in sorted(tags):
        language = languages.get(tag)
        with negotiation.speaking(tag):
            content = telling_content(telling_id, tag)
            text = _("Thank you for taking part in “%(title)s”. See what came of it: %(link)s", **_two(content))
            found.append({"language": language, "text": text, "items": content["items"]})
    return found


def _two(content: dict[str, Any]) -> dict[str, str]:
    return {"title": content["title"], "link": content["link"]}


def reason_choices(keys: Iterable[str]) -> dict[str, str]:
    """Return the reasons staff may give, in words."""
    return {key: _(reasons.WORDS[key]) for key in keys}
