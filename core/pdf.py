"""Documents as tagged PDF that a screen reader can read (PDF/UA), drawn from a page that loads nothing."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration

#: Ordinary print; NHS and RNIB advice is at least 12 points.
POINTS = 12
#: Large print, as the RNIB asks for it.
LARGE_POINTS = 18

# WeasyPrint logs each CSS rule it skips, and fontTools every table it subsets, for every single document.
for _name in ("weasyprint", "fontTools"):
    logging.getLogger(_name).setLevel(logging.ERROR)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    # WeasyPrint is imported where a document is made: it doubles the time every process needs to start.
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def draw(html: str) -> bytes:
    """Return the page `html` as a PDF; its `lang` and `title` become the document's."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # A document holds only what its template says. Pictures are part of it, as data: addresses.
    page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    return page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, font_config=_fonts())
