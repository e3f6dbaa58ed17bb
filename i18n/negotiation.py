"""Which language a reader gets: that of the link, or what the person told us, or the cookie's, or the browser's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from babel.core import negotiate_locale
from flask import Flask, Response, current_app, g, request, session
from flask_babel import Babel, force_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from core import config
from i18n import languages, pseudo
from i18n.languages import Language

COOKIE = "lang"
#: In the session: the language a signed-in person switched to, and the one it stands in for. So the switcher holds for
#: the whole visit, and what they tell us later counts again.
_VISIT = "language"
babel = Babel()

#: The rooms above add how they know a signed-in person's language; the first that answers is taken.
_person_sources: list[Callable[[], str | None]] = []


def add_person_source(source: Callable[[], str | None]) -> None:
    """Ask `source` for the tag a signed-in person chose; it returns None when nobody is signed in."""
    _person_sources.append(source)


def current() -> Language:
    """Return the language of this page, or of the message that is being written."""
    kept = g._get_current_object()  # each use of `g` would look for it anew, and every page asks several times
    language = kept.get("language")
    if language is None:
        language = kept.language = _negotiate() if request else languages.SOURCE
    return language


def _known(tag: str | None) -> Language | None:
    """Return the language of `tag` if it is offered here."""
    if tag == pseudo.LANGUAGE.tag and current_app.config["PSEUDO_LOCALE"]:
        return pseudo.LANGUAGE
    return languages.BY_TAG.get(tag or "")


def _asked() -> Language | None:
    """Return the language the address itself asks for."""
    return _known(request.args.get("lang")) if request.query_string else None


def _negotiate() -> Language:
    if asked := _asked():
        return asked
    if told := _told():
        chosen, instead_of = session.get(_VISIT, (None, None))
        return (_known(chosen) if instead_of == told.tag else None) or told
    return _known(request.cookies.get(COOKIE)) or _browser_language()


def _told() -> Language | None:
    """Return the language the signed-in person told us."""
    if g.get("crashed"):
        return None  # knowing who somebody is takes the database, which may be what failed
    return next(filter(None, (_known(source()) for source in _person_sources)), None)


def _browser_language() -> Language:
    """Return the first language of the browser's list that is ours; ar-EG is met by ar.

    Werkzeug's own `best_match` looks for exact tags first, so `ar-EG, en;q=0.5` would get English.
    """
    return _first_offered(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1024)  # there are far fewer browsers' lists than requests
def _first_offered(header: str) -> Language:
    preferred = [tag for tag, quality in parse_accept_header(header, LanguageAccept) if quality > 0]
    return languages.get(negotiate_locale(preferred, languages.TAGS, sep="-"))


def _locale() -> str:
    return current().locale


def _keep_choice(response: Response) -> Response:
    asked = _asked()
    if asked and (told := _told()):
        session[_VISIT] = (asked.tag, told.tag)
    if asked and request.cookies.get(COOKIE) != asked.tag:
        response.set_cookie(
            COOKIE, asked.tag, max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure
        )
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = current().tag
        if "Vary" not in response.headers:
            response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Run the body with gettext, formats and `current()` in the language of `tag`; for messages and documents."""
    language = _known(tag) or languages.SOURCE
    before = g.get("language")
    g.language = language
    try:
        with force_locale(language.locale):
            yield
    finally:
        if before is None:
            g.pop("language", None)
        else:
            g.language = before


def init_app(app: Flask) -> None:
    """Negotiate a language for every request."""
    folders = [f"{app.root_path}/i18n/locales"]
    app.config["PSEUDO_LOCALE"] = config.settings().pseudo_locale
    if app.config["PSEUDO_LOCALE"]:
        made = config.settings().instance_path / "pseudo"
        pseudo.write(made)
        folders.append(str(made))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(folders)
    app.config["BABEL_DEFAULT_LOCALE"] = languages.SOURCE.locale
    babel.init_app(app, locale_selector=_locale)
    app.after_request(_keep_choice)
