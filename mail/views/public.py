"""Refusing messages with the link in them, and reports of mail servers."""

from __future__ import annotations

import hmac

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import access, config
from core.database import commit
from core.http import csrf
from core.limits import limiter
from mail import bounces, unsubscribing
from mail.views import blueprint


@blueprint.get("/unsubscribe/<token>")
@access.public
def ask_to_unsubscribe(token: str) -> ResponseReturnValue:
    """Show a button. Mail scanners follow links, so looking changes nothing."""
    unsubscribing_or_404(token)
    return render_template("mail/unsubscribe.html", token=token)


@blueprint.post("/unsubscribe/<token>")
@access.public
@csrf.exempt  # a mail program sends it (RFC 8058); whoever has the token may do no more than this
@limiter.limit("60 per minute")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Refuse messages of the kind the link came in."""
    refusal = unsubscribing_or_404(token)
    unsubscribing.refuse(refusal)
    commit()
    if "from_page" in request.form:
        return redirect(url_for("mail.unsubscribed"), 303)
    return Response("OK\n", mimetype="text/plain")


@blueprint.get("/unsubscribed")
@access.public
def unsubscribed() -> str:
    """Say that it is done."""
    return render_template("mail/unsubscribed.html")


@blueprint.post("/mail/bounces")
@access.public
@csrf.exempt  # a mail server sends it, with a secret of its own
def take_bounce() -> ResponseReturnValue:
    """Take one report as message/rfc822 from a mail server that knows BOUNCE_SECRET."""
    secret = config.settings().bounce_secret
    if not secret:
        abort(404)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), secret.encode()):
        return {"error": "unauthorised"}, 401, {"WWW-Authenticate": "Bearer"}
    verdict = bounces.take(request.get_data(cache=False))
    commit()
    return {"verdict": verdict.value}, 200


def unsubscribing_or_404(token: str) -> unsubscribing.Refusal:
    """Return what the link refuses; a link that is not ours leads nowhere."""
    try:
        return unsubscribing.read(token)
    except unsubscribing.BadLinkError:
        abort(404)
