"""What the mail room shows on the common home of staff; that room lies below this one and knows no staff."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.cards import Card
from accounts.models import Staff
from mail import queries
from mail.models import MessageState


def paused(person: Staff) -> Card | None:
    """Say that campaigns are held back: nobody is to forget that messages wait."""
    count = queries.count_paused()
    if not count:
        return None
    text = ngettext("%(num)s campaign is paused.", "%(num)s campaigns are paused.", count)
    return Card(_("Sending is paused"), text, url_for("mail.list_campaigns"))


def uncertain(person: Staff) -> Card | None:
    """Lead to messages that wait for a decision."""
    count = queries.count_in_state(MessageState.UNCERTAIN)
    if not count:
        return None
    text = ngettext(
        "%(num)s message may have left or not. Decide what becomes of it.",
        "%(num)s messages may have left or not. Decide what becomes of them.",
        count,
    )
    return Card(_("Uncertain messages"), text, url_for("mail.list_uncertain"))
