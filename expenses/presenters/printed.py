"""The claim form as a tagged PDF: to print, fill in by hand and send back."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import render_template

from core import clock, config
from expenses.advice import ADVICE
from expenses.models import ForWhom
from expenses.presenters.claiming import METHODS, WHOM, names, note_of
from expenses.queries import policy
from i18n import negotiation
from i18n.languages import Language

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration

#: Ordinary and large print, in points; NHS and RNIB advice.
POINTS, LARGE_POINTS = 12, 18
#: So many rows to write costs into.
ROWS = 6

for _name in ("weasyprint", "fontTools"):  # they log every rule they skip and every table they subset
    logging.getLogger(_name).setLevel(logging.ERROR)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    # Imported where a form is made: it doubles the time every process needs to start.
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def form_html(language: Language, *, large: bool) -> str:
    """Return the form as the HTML the PDF is made from."""
    with negotiation.speaking(language.tag):
        today = clock.today()
        rates = policy.on(today)
        listed = [category for category in policy.list_categories() if category.key in rates]
        named = names(listed)
        kinds = [
            (named[category.key], note_of(category))
            for category in listed
            if not rates[category.key].who or ForWhom.SELF in rates[category.key].who
        ]
        return render_template(
            "expenses/printed_form.html",
            language=language,
            points=LARGE_POINTS if large else POINTS,
            kinds=kinds,
            whom=list(WHOM.values()),
            methods=list(METHODS.values()),
            advice=ADVICE["time"],
            rows=ROWS,
            address=[line.strip() for line in config.settings().contact_address.splitlines() if line.strip()],
            phone=config.settings().contact_phone,
        )


def form_pdf(language: Language, *, large: bool) -> bytes:
    """Return the form as a PDF that a screen reader can read (PDF/UA)."""
    from weasyprint import HTML

    page = HTML(string=form_html(language, large=large), url_fetcher=_fetch_nothing)
    return page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, font_config=_fonts())


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> dict[str, object]:
    """Refuse to load anything: the form holds only what its template says."""
    raise ValueError("a form loads nothing")
