"""The pages of this room: for staff who close the loop, and for everybody who wants to see what came of it."""

from __future__ import annotations

from flask import Blueprint

staff = Blueprint("feedback", __name__, url_prefix="/staff")
public = Blueprint("directory", __name__, url_prefix="/you-said-we-did")

from feedback.views import directory, funnel, letters, loop, outcomes, publishing, settling  # noqa: E402, F401
