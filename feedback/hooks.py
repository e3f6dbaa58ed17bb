"""What this room adds to the rooms below: cards on the staff home, entries on a member's page, a check on archiving."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

import engagements.queries
from accounts.cards import Card
from accounts.models import Staff
from core import clock
from core.errors import DomainError
from engagements.models import Engagement
from engagements.presenters import Section
from engagements.wording import words_in
from feedback import errors
from feedback.queries import loop, tellings
from feedback.services import settling
from i18n import negotiation
from panel.involvement import Entry


def overdue_card(person: Staff) -> Card | None:
    """Say how much of what this person answers for is overdue, or of what everybody does to those who manage it."""
    own = None if person.may("outcomes.publish") else person.id
    count = loop.count_overdue(own)
    if not count:
        return None
    text = ngettext("%(num)s outcome is overdue.", "%(num)s outcomes are overdue.", count)
    return Card(_("Closing the loop"), text, url_for("feedback.show_loop"))


def failures_card(person: Staff) -> Card | None:
    """Lead to the telling with people whom nothing has reached."""
    found = tellings.first_with_failures()
    if found is None:
        return None
    telling, people = found
    text = ngettext(
        "%(num)s person could not be told what came of what they said.",
        "%(num)s people could not be told what came of what they said.",
        people,
    )
    return Card(_("Not reached"), text, url_for("feedback.failures", telling_id=telling.id))


def what_came_of_it(member_id: int) -> Iterator[Entry]:
    """Yield an entry for each time this member was to be told what came of it, in two queries."""
    tag = negotiation.current().tag
    found = tellings.list_of_member(member_id)
    by_id = {each.id: each for each in engagements.queries.list_by_ids([each.engagement_id for each in found])}
    for telling in found:
        engagement = by_id[telling.engagement_id]
        yield Entry(
            title=words_in(engagement, tag)["title"],
            day=telling.created_at.astimezone(clock.zone()).date(),
            status=_("You took part. We have published what came of it."),
            href=url_for("directory.engagement", slug=engagement.slug),
            link_text=_("See what came of it"),
        )


def section_of(engagement: Engagement) -> Section:
    """Say on the page of an engagement where its loop stands, and lead to its outcomes."""
    state = loop.loop_of(engagement.id)
    html = Markup(render_template("feedback/section.html", engagement=engagement, loop_state=state))  # noqa: S704  our own template, which escapes
    return Section(_("What came of it"), html, 40)


def forget_member(sender: object, member_id: int) -> None:
    """Stop telling somebody whose details have been erased, and delete letters that bear their name."""
    settling.give_up_on(member_id)


def refuse_open_loop(engagement: Engagement) -> DomainError | None:
    """Return why an engagement cannot be archived while people wait to hear what came of it."""
    return errors.LoopOpenError() if loop.loop_of(engagement.id).is_open else None
