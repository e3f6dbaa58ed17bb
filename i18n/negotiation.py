"""Which language a reader gets: the link, then what the person told us, the cookie, the browser."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask, Response, g, request
from flask_babel import Babel, force_locale

from i18n import languages
from i18n.languages import Language

COOKIE = "lang"
babel = Babel()

#: The rooms above add how they know a signed-in person's language; the first that answers is taken.
_person_sources: list[Callable[[], str | None]] = []


def add_person_source(source: Callable[[], str | None]) -> None:
    """Ask `source` for the tag a signed-in person chose; it returns None when nobody is signed in."""
    _person_sources.append(source)


def current() -> Language:
    """Return the language of this page."""
    if "language" not in g:
        g.language = _negotiate()
    return g.language


def _negotiate() -> Language:
    asked = request.args.get("lang")
    if asked in languages.BY_TAG:
        return languages.get(asked)
    for source in _person_sources:
        if (told := source()) in languages.BY_TAG:
            return languages.get(told)
    if (kept := request.cookies.get(COOKIE)) in languages.BY_TAG:
        return languages.get(kept)
    return languages.get(request.accept_languages.best_match(languages.TAGS, default=languages.SOURCE.tag))


def _locale() -> str:
    return current().locale if request else languages.SOURCE.locale


def _keep_choice(response: Response) -> Response:
    asked = request.args.get("lang")
    if asked in languages.BY_TAG and request.cookies.get(COOKIE) != asked:
        response.set_cookie(COOKIE, asked, max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure)
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = current().tag
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
    return response


def speaking(tag: str) -> AbstractContextManager[None]:
    """Return a context manager in which gettext and formats are those of `tag`; for messages and documents."""
    return force_locale(languages.get(tag).locale)


def init_app(app: Flask) -> None:
    """Negotiate a language for every request."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/i18n/locales"
    app.config["BABEL_DEFAULT_LOCALE"] = languages.SOURCE.locale
    babel.init_app(app, locale_selector=_locale)
    app.after_request(_keep_choice)
