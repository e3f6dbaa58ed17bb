"""“You said, we did”: what came of what people said, for everybody to read."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engagements.queries
import panel.queries
from core import access
from engagements.subjects import SUBJECTS
from feedback.presenters import public as presenters
from feedback.queries import directory
from feedback.views import public
from i18n import languages, negotiation

#: How long anybody between us and the reader may keep a page.
KEEP_SECONDS = 300


@public.get("")
@access.public
def index() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    subject = request.args.get("subject", "")
    area_id = request.args.get("area", type=int)
    if page < 1 or page > 1000 or (subject and subject not in SUBJECTS):
        abort(404)
    area_ids = panel.queries.area_with_descendants(area_id) if area_id else None
    if area_ids == []:
        abort(404)
    entries, more = directory.list_entries(page, subject or None, area_ids)
    asked: dict[str, Any] = {"subject": subject or None, "area": area_id}
    html = render_template(
        "feedback/directory.html",
        entries=presenters.entries(entries, negotiation.current().tag),
        filters=presenters.filters(subject, area_id),
        newer=url_for("directory.index", page=page - 1 if page > 2 else None, **asked) if page > 1 else "",
        older=url_for("directory.index", page=page + 1, **asked) if more else "",
        page=page,
    )
    return _kept(make_response(html))


@public.get("/<slug>")
@access.public
def engagement(slug: str) -> ResponseReturnValue:
    found = engagements.queries.find_by_slug(slug)
    outcomes = directory.list_public_outcomes([found.id]).get(found.id) if found else None
    if found is None or not outcomes:
        abort(404)
    html = render_template(
        "feedback/engagement.html", **presenters.engagement(found, outcomes, negotiation.current().tag)
    )
    return _kept(make_response(html))


@public.get("/feed/<tag>.atom")
@access.public
def feed(tag: str) -> ResponseReturnValue:
    if tag not in languages.BY_TAG:
        abort(404)
    entries, _more = directory.list_entries(size=30)
    with negotiation.speaking(tag):
        body = render_template("feedback/feed.xml", **presenters.feed(entries, tag))
    response = make_response(body)
    response.mimetype = "application/atom+xml"
    response.headers["Content-Language"] = tag
    return _kept(response)


@public.get("/feed")
@access.public
def feed_here() -> ResponseReturnValue:
    """Lead to the feed of the language this person reads."""
    return redirect(url_for("directory.feed", tag=negotiation.current().tag), 303)


def _kept(response: Response) -> Response:
    """Let caches keep a page that is the same for all who read its language, and answer 304 when it has not changed.

    A page for somebody with a session may show who they are or what was just done: that is kept by nobody.
    """
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.cache_control.public = True
    response.cache_control.max_age = KEEP_SECONDS
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.add_etag()
    response.make_conditional(request)
    return response
