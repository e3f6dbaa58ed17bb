"""Pages of staff: signing in, their own account, the common home, and the people who have an account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from accounts.views import account, home, people, set_up, sign_in  # noqa: E402, F401  they add their routes to the blueprint
