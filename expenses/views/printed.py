"""The claim form for the letter box, in every language and in large print."""

from __future__ import annotations

from flask import Response, abort

from core import access
from core.limits import limiter
from expenses.presenters import printed
from expenses.views import public
from i18n import languages


@public.get("/form/<tag>/<any(ordinary, large):size>", endpoint="printed")
@access.public
@limiter.limit("60 per hour")
def printed_form(tag: str, size: str) -> Response:
    """A tagged PDF to print and fill in by hand."""
    if tag not in languages.BY_TAG:
        abort(404)
    response = Response(printed.form_pdf(languages.get(tag), large=size == "large"), mimetype="application/pdf")
    name = f"claim-form-{tag}-{size}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
