"""Answering: the way in, one page after the other, the check, done. A GET changes nothing."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("answering", __name__)

from surveys.views.answering import (  # noqa: E402  they add their routes to the blueprint
    entrance,  # noqa: F401
    questions,  # noqa: F401
)
