"""Pages for those who write, translate, look at and publish questionnaires."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("author", __name__, url_prefix="/staff/surveys")

from surveys.views.author import (  # noqa: E402  they add their routes to the blueprint
    changes,  # noqa: F401
    fixes,  # noqa: F401
    preview,  # noqa: F401
    publish,  # noqa: F401
    questions,  # noqa: F401
    surveys,  # noqa: F401
    translate,  # noqa: F401
)
