"""The web edge: security headers, static files, error pages, and what may be logged of a request."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, render_template, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from core import audit, config, database, wsgi
from core.config import Settings
from core.cookies import CookieSessions
from core.errors import NotFoundError, frames
from core.forgery import Protection

log = logging.getLogger("panel.http")
csrf = Protection()

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask, settings: Settings) -> None:
    """Set up everything a request passes through before and after its view."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="panel",
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        # A form may lie open for hours beside somebody who writes slowly.
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.request_class, app.response_class = wsgi.Request, wsgi.Response
    app.session_interface = CookieSessions()
    csrf.init_app(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(NotFoundError, _show_missing)
    app.register_error_handler(Exception, _show_crash)
    app.logger.addFilter(_without_values)
    _serve_static(app)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # For mypy: Flask's own way to add a middleware.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def csp_nonce() -> str:
    """Return the nonce that this response's own inline script may carry."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _begin() -> None:
    # A thread serves one person after another: the one before must not be taken for the one who acts now.
    audit.set_actor("system")
    g.began = time.perf_counter()
    database.set_reading(request.method in _SAFE_METHODS)


#: Links carry tokens, so no other site may learn the address somebody came from.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def _finish(response: Response) -> Response:
    kept, asked = g._get_current_object(), request._get_current_object()  # type: ignore[attr-defined]  # a proxy, whatever its type says
    # One look at what is there: `headers.setdefault` goes through all of them each time.
    there = {name.lower() for name, _ in response.headers}
    for name, value in _protective(response, kept.get("csp_nonce"), asked.is_secure):
        if name.lower() not in there:
            response.headers.add(name, value)
    # The route's name, never its path: a path may hold a token, a query what somebody searched for.
    milliseconds = 1000 * (time.perf_counter() - kept.get("began", time.perf_counter()))
    log.info("%s %s %s %.0fms", asked.method, asked.endpoint, response.status_code, milliseconds)
    return response


def _protective(response: Response, nonce: str | None, is_secure: bool) -> Iterator[tuple[str, str]]:
    """Yield the headers that protect `response`, where its view has not set another."""
    script = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    yield (
        "Content-Security-Policy",
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "media-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    )
    yield from _ALWAYS
    if is_secure:
        yield "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
    if response.mimetype == "text/html":
        yield "Cache-Control", "no-store"


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect raised on the way
    if isinstance(error, CSRFError):
        return _error_page("expired"), 400
    known = {400, 403, 404, 405, 410, 413, 429, 503}
    return _error_page(str(error.code) if error.code in known else "500"), error.code


def _show_missing(error: NotFoundError) -> ResponseReturnValue:
    """Answer 404 wherever a `get_` of some room finds nothing: a view need not catch it."""
    return _error_page("404"), 404


def _error_page(name: str, **context: Any) -> str:
    """Return the page errors/`name`, or, when not even that can be made, a bare one that depends on nothing."""
    staff = request.path.startswith("/staff/") and name != "500"
    try:
        return render_template(
            f"errors/{name}.html", error_layout="layouts/staff.html" if staff else "layouts/public.html", **context
        )
    except Exception as error:  # whatever else is broken, the person gets a page
        database.db.session.rollback()
        _log_crash("-", error)
        return render_template_string(_BARE, name=config.settings().organisation, **context)


#: Not translated: what failed may be the very thing that finds the words.
_BARE = """<!DOCTYPE html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><title>Sorry, something went wrong – {{ name }}</title></head>
<body><main><h1>Sorry, something went wrong</h1><p>It is our fault, not yours. Please try again later.</p>
{% if reference %}<p>If you ask us for help, say this: {{ reference }}</p>{% endif %}</main></body>
</html>
"""


def _show_crash(error: Exception) -> ResponseReturnValue:
    if current_app.testing:
        raise error
    g.crashed = True  # from here on nobody is asked who they are: that may be what failed
    reference = secrets.token_hex(4)
    _log_crash(reference, error)
    with contextlib.suppress(Exception):
        database.db.session.rollback()
    return _error_page("500", reference=reference), 500


def _log_crash(reference: str, error: BaseException) -> None:
    # The trace names files and lines. The message is left out: a driver puts values, even answers, into it.
    log.error("crash %s in %s: %s\n%s", reference, request.endpoint, type(error).__name__, frames(error))


def _without_values(record: logging.LogRecord) -> bool:
    """Filter of Flask's own logger: an exception is told by its kind and place, never by its words."""
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        # Flask's message holds the path, and a path may hold a token.
        record.msg, record.args = f"crash: {type(error).__name__}\n{frames(error)}", ()
        record.exc_info = record.exc_text = None
    return True


def _serve_static(app: Flask) -> None:
    folder = Path(app.root_path) / "static" / "dist"
    manifest_path = folder / "manifest.json"
    manifest: dict[str, Any] = json.loads(manifest_path.read_text()) if manifest_path.exists() else {}

    def asset(name: str) -> str:
        """Return the address of a built file by its plain name, such as app.css."""
        return f"/static/{manifest.get(name, name)}"

    app.jinja_env.globals["asset"] = asset
    if folder.exists():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's own way to add a middleware
            app.wsgi_app,
            root=str(folder),
            prefix="static/",
            max_age=31536000,
            immutable_file_test=lambda p, u: True,
        )
