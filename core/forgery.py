"""Tokens against forged forms: those of Flask-WTF, signed once for a visitor instead of once for each page."""

from __future__ import annotations

import hmac
from functools import lru_cache

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import URLSafeTimedSerializer

FIELD = "csrf_token"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def token() -> str:
    """Return the token that the forms of this visitor carry."""
    kept = g._get_current_object()
    made = kept.get(FIELD)
    if made is None and (raw := session.get(FIELD)):
        made = kept.csrf_token = _signed(str(current_app.secret_key), raw)  # where Flask-WTF would keep it
    return made or str(generate_csrf())


@lru_cache(maxsize=4096)
def _signed(secret: str, raw: str) -> str:
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw))


class Protection(CSRFProtect):
    """Lets a form through that carries the very token this process gave out; all others are read as ever."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method not in _CHANGING:
            return
        raw = session.get(FIELD)
        # Over TLS the page a form came from is looked at as well: that is the parent's.
        if raw and not request.is_secure:
            given, own = request.form.get(FIELD, ""), _signed(str(current_app.secret_key), raw)
            if hmac.compare_digest(given.encode(), own.encode()):
                g.csrf_valid = True  # as the parent tells the forms
                return
        super().protect(apply_exemptions)
