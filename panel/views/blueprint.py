"""The blueprint that the view modules of this room add their routes to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("panel", __name__)
