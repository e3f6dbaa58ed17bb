"""What is printed for a channel: its code to scan, its poster and its form on paper, in every language and size."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import segno
from flask import render_template
from flask_babel import gettext as _

from core import clock, config, pdf
from i18n import languages, negotiation
from panel import contact, questions, reach
from panel.consents import PURPOSES
from panel.models import Channel, Member
from panel.presenters import format_names
from panel.steps.contact import ROUTES
from panel.steps.needs import FORMATS, POINTS, SUPPORT

PIECES = ("poster", "form")


def link(key: str, tag: str = "") -> str:
    """Return the short address of a channel, in a language if told so. It holds nothing about anybody."""
    address = f"{config.settings().base_url}/j/{key}"
    return f"{address}?lang={tag}" if tag else address


def typed(key: str) -> str:
    """Return the short address as people type it."""
    return link(key).partition("://")[2]


def qr_svg(key: str) -> str:
    """Return the code of a channel as SVG."""
    buffer = io.BytesIO()
    segno.make(link(key), error="q").save(buffer, kind="svg", border=4, scale=8, xmldecl=False)
    return buffer.getvalue().decode()


def qr_png(key: str) -> bytes:
    """Return the code of a channel as a PNG large enough for print."""
    buffer = io.BytesIO()
    segno.make(link(key), error="q").save(buffer, kind="png", border=4, scale=20)
    return buffer.getvalue()


def html(channel: Channel, piece: str, tag: str, *, large: bool = False) -> str:
    """Return the page that `piece` (poster or form) is made from, in the language of `tag`."""
    language = languages.get(tag)
    with negotiation.speaking(language.tag):
        return render_template(
            f"panel/print/{piece}.html",
            language=language,
            others=[other for other in languages.LANGUAGES if other.tag != language.tag],
            points=pdf.LARGE_POINTS if large else pdf.POINTS,
            large=large,
            channel=channel,
            typed=typed(channel.key),
            code=segno.make(link(channel.key, language.tag), error="q").svg_data_uri(border=2),
            postal=config.settings().contact_address,
            **(_asked() if piece == "form" else {}),
        )


def draw(channel: Channel, piece: str, tag: str, *, large: bool = False) -> bytes:
    """Return `piece` (poster or form) as a tagged PDF."""
    return pdf.draw(html(channel, piece, tag, large=large))


def _asked() -> dict[str, Any]:
    """Return everything the pages of joining ask."""
    return {
        "routes": ROUTES,
        "questions": questions.QUESTIONS,
        "birth": questions.DATE_OF_BIRTH,
        "leads": {
            q.key: [_(o.label) for o in questions.BY_KEY[q.applies_when[0]].options if o.value in q.applies_when[1]]
            for q in questions.QUESTIONS
            if q.applies_when
        },
        "formats": FORMATS,
        "points_offered": POINTS,
        "support": SUPPORT,
        "spoken": languages.LANGUAGES,
        "purposes": PURPOSES.values(),
    }


def welcome_letters(members: Sequence[Member], told_by: str) -> bytes:
    """Return one PDF with a letter to each of `members`, in their language and as large as they asked for."""
    letters = []
    for member in members:
        known = contact.open_contact(member)
        language = languages.get(member.language)
        with negotiation.speaking(language.tag):
            letters.append(
                render_template(
                    "panel/print/_letter.html",
                    language=language,
                    name=known.name,
                    address=known.address_lines,
                    told_by=told_by,
                    day=clock.today(),
                    points=reach.print_points(member) or pdf.POINTS,
                    formats=format_names(reach.unprinted_formats(member)),
                )
            )
    return pdf.draw(render_template("panel/print/letters.html", letters=letters, points=pdf.POINTS))
