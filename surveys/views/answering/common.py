"""What the pages of answering share: the visit in the cookie, the questionnaire in words, and where people come out."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from core import config, ids
from i18n import languages, negotiation
from i18n.web import words as error_words
from surveys import compiled as compiler
from surveys.compiled import Compiled, Words
from surveys.presenters import answering as presenters
from surveys.queries import answering as queries
from surveys.queries.answering import Place, Visit
from surveys.services import answering as services
from surveys.services.answering import ClosedError
from surveys.views import shells

#: In the signed cookie: {slug: token} of visits, and the slugs this browser has sent.
_VISITS, _SENT = "answering", "answered"
#: A browser keeps the latest few.
_KEPT = 5


# The visit -------------------------------------------------------------------------------------------------------


def token_of(slug: str) -> str | None:
    """Return the token this browser holds for `slug`."""
    return session.get(_VISITS, {}).get(slug)


def has_sent(slug: str) -> bool:
    """Return whether this browser has sent answers to `slug`."""
    return slug in session.get(_SENT, [])


def remember(slug: str, token: str | None) -> None:
    """Let this browser hold `token` for `slug`."""
    visits = {key: value for key, value in session.get(_VISITS, {}).items() if key != slug}
    session[_VISITS] = dict([*visits.items(), (slug, token)][-_KEPT:])
    session[_SENT] = [s for s in session.get(_SENT, []) if s != slug]


def note_sent(slug: str) -> None:
    """Let this browser know that its answers to `slug` were sent."""
    session[_VISITS] = {key: value for key, value in session.get(_VISITS, {}).items() if key != slug}
    session[_SENT] = [*(s for s in session.get(_SENT, []) if s != slug), slug][-_KEPT:]


def visit_to(slug: str) -> Visit | Response:
    """Return the visit of this browser to `slug`, or the response for somebody who has none."""
    token = token_of(slug)
    if not token:
        return _no_visit(slug)
    visit = queries.find_visit(ids.fingerprint(token))
    if visit is None or visit.place.slug != slug:
        return visit_over(slug, token)
    if visit.place.phase == "closed":
        return make_response(not_open(visit.place))
    return visit


def _no_visit(slug: str) -> Response:
    if has_sent(slug):
        return redirect(url_for("answering.thanks", slug=slug), 303)
    place = queries.find_place(slug)
    if place is not None and place.is_open_to_all:
        return redirect(url_for("answering.open_to_all", slug=slug), 303)
    return redirect(url_for("answering.resume"), 303)


def visit_over(slug: str, token: str) -> Response:
    """Return the response for a browser whose visit is gone: handed in, on this or another device, or closed."""
    entry = queries.find_entry(ids.fingerprint(token))
    if entry is not None:
        return redirect(url_for("answering.invited", token=token), 303)
    place = queries.find_place(slug)
    if place is None:
        return make_response(unknown())
    if place.phase == "closed":
        return make_response(not_open(place))
    # An open survey has no list of people: a visit that is gone was handed in.
    note_sent(slug)
    return redirect(url_for("answering.thanks", slug=slug), 303)


def where(place: Place, visit: Visit | None) -> str:
    """Return the address of the page somebody has come to."""
    at = services.open_draft(visit).at if visit else 0
    if at >= len(compiled_of(place).pages):
        return url_for("answering.check", slug=place.slug)
    return url_for("answering.page", slug=place.slug, number=at + 1)


# The questionnaire -----------------------------------------------------------------------------------------------


def tag_of(place: Place) -> str:
    """Return the language the questions are shown in."""
    tag = negotiation.current().tag
    if tag in place.languages:
        return tag
    source = languages.SOURCE.tag
    return source if source in place.languages else place.languages[0]


def compiled_of(place: Place) -> Compiled:
    """Return the questionnaire asked at `place`."""
    kept = g._get_current_object()
    if "compiled" not in kept:
        kept.compiled = compiler.get(place.version_id, place.wording_revision)
    return kept.compiled


def words_of(place: Place) -> Words:
    """Return the words of the questionnaire asked at `place`, in the language it is shown in."""
    return compiled_of(place).words_in(tag_of(place))


def key_of(place: Place) -> tuple[Any, ...]:
    """Return all that pages of a fieldwork depend on, but for what is a person's own."""
    return (place.id, place.kind, place.phase, place.closes_at, place.version_id, place.wording_revision)


# Where people come out -------------------------------------------------------------------------------------------


def unknown() -> tuple[str, int]:
    """Return the page for a link or an address nobody has been given."""
    return render_template("surveys/answer/unknown.html"), 404


def not_open(place: Place) -> tuple[str, int]:
    """Return the page that says that `place` is not open yet, or has closed."""
    early = place.phase == "early"
    words = error_words(ClosedError()) if not early else ""
    html = render_template("surveys/answer/not_open.html", place=place, early=early, words=words)
    return html, 200 if early else 410


def done(place: Place, *, just_now: bool = False, may_withdraw: bool = False, token: str = "") -> str:
    """Return the page of thanks: after sending, or on a link that has been used."""
    briefing = queries.briefing_of(place.survey_id)

    def render() -> str:
        return render_template(
            "surveys/answer/done.html",
            place=place,
            words=words_of(place),
            purpose=presenters.words_in(briefing, negotiation.current().tag),
            just_now=just_now,
            may_withdraw=may_withdraw,
            token=token,
            base_url=config.settings().base_url,
        )

    return shells.shared(("done", *key_of(place), repr(briefing)), render) if just_now else render()
