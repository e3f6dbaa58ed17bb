"""Pages of this room: for staff, for people who refuse messages, for mail servers, and the demo's mailbox."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("mail", __name__)

from mail.views import demo, public, staff  # noqa: E402,F401  their routes belong to the blueprint
