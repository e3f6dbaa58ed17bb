"""What somebody is told about their claim by letter or on the phone, and how they are reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.cards import Card
from accounts.models import Staff
from core import clock, pdf
from i18n import languages, negotiation
from mail import by_hand
from mail.models import OutboxMessage
from mail.presenters import kind_words
from panel.contact import Contact

#: Whose messages these are: `payee:5`.
SOURCE = "payee"


@dataclass(frozen=True)
class Row:
    """A message that waits, and how its person is reached."""

    id: int
    what: str
    since: dt.datetime
    #: In English; the page translates it.
    language: str
    name: str
    phone: str
    address: list[str]


def payee_of(message: OutboxMessage) -> int:
    """Return whom a message is for."""
    return int(message.recipient.partition(":")[2])


def row(message: OutboxMessage, reached: Mapping[int, Contact]) -> Row:
    """Return a message as the list and its page show it."""
    contact = reached.get(payee_of(message), Contact())
    return Row(
        id=message.id,
        what=kind_words(message.kind),
        since=message.created_at,
        language=languages.get(message.language).english_name,
        name=contact.name or _("A person without a name"),
        phone=contact.phone,
        address=contact.address_lines,
    )


def letter_html(message: OutboxMessage, reached: Mapping[int, Contact]) -> str:
    """Return the letter as the HTML the PDF is made from."""
    said, contact = by_hand.words(message), reached.get(payee_of(message), Contact())
    with negotiation.speaking(said.language.tag):
        return render_template(
            "expenses/telling/letter.html",
            language=said.language,
            said=said,
            name=contact.name,
            address=contact.address_lines,
            day=clock.today(),
            points=pdf.LARGE_POINTS if "large_print" in said.formats else pdf.POINTS,
        )


def letter_pdf(message: OutboxMessage, reached: Mapping[int, Contact]) -> bytes:
    """Return the letter as a PDF that a screen reader can read (PDF/UA)."""
    return pdf.draw(letter_html(message, reached))


def waiting_card(person: Staff) -> Card | None:
    """Say that people wait for a letter or a call about their claims."""
    count = by_hand.count_waiting(SOURCE)
    if not count:
        return None
    text = ngettext(
        "%(num)s message about a claim waits for a letter or a call.",
        "%(num)s messages about claims wait for a letter or a call.",
        count,
    )
    return Card(_("People to tell about claims"), text, url_for("expenses.list_telling"))
