"""A letter as a tagged PDF: in the person's language and direction, and as large as they asked for."""

from __future__ import annotations

import datetime as dt

from flask import render_template

import panel.reach
from core import config, pdf
from feedback.presenters.content import telling_content
from i18n import languages, negotiation
from panel.contact import Contact
from panel.models import Member
from panel.presenters import format_names


def letter_html(telling_id: int, member: Member, contact: Contact, day: dt.date) -> str:
    """Return one person's letter as the HTML the PDF is made from."""
    language = languages.get(member.language)
    points = panel.reach.print_points(member)
    with negotiation.speaking(language.tag):
        return render_template(
            "feedback/letter.html",
            language=language,
            content=telling_content(telling_id, language.tag),
            name=contact.name,
            address=contact.address_lines,
            day=day,
            points=points or pdf.POINTS,
            is_large=points is not None,
            formats=format_names(panel.reach.unprinted_formats(member)),
            organisation_address=config.settings().contact_address,
        )


def letter_pdf(telling_id: int, member: Member, contact: Contact, day: dt.date) -> bytes:
    """Return one person's letter as a PDF that a screen reader can read (PDF/UA)."""
    return pdf.draw(letter_html(telling_id, member, contact, day))
