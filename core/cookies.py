"""The signed cookie of a visit: Flask's own, with keys and serializer made once instead of several times a request."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer


class _Signer(TimestampSigner):
    """Derives each secret's key once. It changes nothing else, so threads may share it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._derived: dict[Any, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        key = self._derived.get(secret_key)
        if key is None:
            key = self._derived[secret_key] = super().derive_key(secret_key)
        return key


class _Serializer(URLSafeTimedSerializer):
    """Signs with one signer, where its parent makes a new one for each value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, signer=_Signer, **kwargs)
        self._own = super().make_signer()

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._own if salt in (None, self.salt) else super().make_signer(salt)


class CookieSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, readable by Flask's own interface and the other way round."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], _Serializer] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer for the secrets `app` has at present."""
        if not app.secret_key:
            return None
        # The present key stands last, where itsdangerous takes the one to sign with.
        keys = (*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key)
        made = self._made.get(keys)
        if made is None:
            signing = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
            made = _Serializer(list(keys), salt=self.salt, serializer=self.serializer, signer_kwargs=signing)
            self._made[keys] = made
        return made

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where the request changed the session."""
        # Else only caches have to know that the page depends on it, which every page of ours says already.
        if session.modified or "Cookie" not in response.headers.get("Vary", ""):
            super().save_session(app, session, response)
