"""Pages of engagements for staff."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("engagements", __name__, url_prefix="/staff/engagements")

from engagements.views import engagements, periods, plan, words  # noqa: E402, F401  they add their routes
