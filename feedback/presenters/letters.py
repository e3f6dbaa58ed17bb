"""A letter as a tagged PDF: in the person's language and direction, and as large as they asked for."""

from __future__ import annotations

import datetime as dt
import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import render_template

import panel.reach
from core import config
from feedback.presenters.content import telling_content
from i18n import languages, negotiation
from panel.contact import Contact
from panel.models import Member

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration

#: Ordinary print; NHS and RNIB advice is at least 12 points.
POINTS = 12

# WeasyPrint logs each CSS rule it skips, and fontTools every table it subsets, for every single letter.
for _name in ("weasyprint", "fontTools"):
    logging.getLogger(_name).setLevel(logging.ERROR)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    # WeasyPrint is imported where a letter is made: it doubles the time every process needs to start.
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


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
            address=[line.strip() for line in contact.address.splitlines() if line.strip()],
            day=day,
            points=points or POINTS,
            is_large=points is not None,
            organisation_address=config.settings().contact_address,
        )


def letter_pdf(telling_id: int, member: Member, contact: Contact, day: dt.date) -> bytes:
    """Return one person's letter as a PDF that a screen reader can read (PDF/UA)."""
    return pdf_of(letter_html(telling_id, member, contact, day))


def pdf_of(html: str) -> bytes:
    """Return a document as a tagged PDF; it loads nothing from anywhere."""
    from weasyprint import HTML

    page = HTML(string=html, url_fetcher=_fetch_nothing)
    return page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, font_config=_fonts())


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> dict[str, object]:
    """Refuse to load anything: a letter holds only what its template says."""
    raise ValueError("a letter loads nothing")
