"""The signed cookie of a visit: Flask's own, with keys and serializer made once, and each cookie verified once."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, Signer, TimestampSigner, URLSafeTimedSerializer

#: A browser sends the same cookie some ten times before it is given another.
_REMEMBERED = 4096


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


class _Unread:
    """A serializer of texts that leaves them as they are."""

    @staticmethod
    def dumps(text: str) -> str:
        return str(text)

    loads = dumps


class _Serializer(URLSafeTimedSerializer):
    """Signs with one signer, where its parent makes a new one for each value, and remembers what it has verified."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, signer=_Signer, **kwargs)
        self._own = super().make_signer()
        self._verified = lru_cache(_REMEMBERED)(self._verify)

    def read(self, cookie: str, max_age: int) -> Any:
        """Return the content of `cookie`, a new object each time; raises BadSignature."""
        text, signed_at = self._verified(cookie)
        if time.time() - signed_at > max_age:
            raise BadSignature("too old")
        return self.serializer.loads(text)

    def _verify(self, cookie: str) -> tuple[str, float]:
        for signer in self.iter_unsigners():
            try:
                signed, when = signer.unsign(cookie, return_timestamp=True)
                return self.load_payload(signed, _Unread), when.timestamp()
            except BadSignature as error:
                refused = error
        raise refused

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._own if salt in (None, self.salt) else super().make_signer(salt)


class CookieSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, readable by Flask's own interface and the other way round."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], _Serializer] = {}

    def get_signing_serializer(self, app: Flask) -> _Serializer | None:
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

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the request's cookie holds; nothing, where it was not signed by us or long ago."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            return self.session_class(serializer.read(cookie, int(app.permanent_session_lifetime.total_seconds())))
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where the request changed the session."""
        # Else only caches have to know that the page depends on it, which every page of ours says already.
        if session.modified or "Cookie" not in response.headers.get("Vary", ""):
            super().save_session(app, session, response)
