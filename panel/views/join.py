"""Joining, one thing a page. What was filled in lies sealed on the server, found by a cookie of this browser."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from core import access, config, humans
from core.database import commit
from core.errors import DomainError
from core.limits import limiter
from i18n import negotiation
from i18n.web import words
from panel import benefits, presenters, recruits, steps
from panel.details import Details
from panel.errors import TooYoungError
from panel.forms.join import AddressForm, CheckForm
from panel.services import applications, joining
from panel.steps.base import Step
from panel.views.blueprint import blueprint

_COOKIE = "join"
_JOINED = "joined"


def _application(*, for_change: bool = False) -> Details | None:
    return applications.find(request.cookies.get(_COOKIE), for_change=for_change)


def _to(endpoint: str, **values: Any) -> Response:
    return redirect(url_for(f"panel.{endpoint}", **values), 303)


def _forget(response: Response) -> Response:
    response.delete_cookie(_COOKIE, path="/join")
    return response


def _remember(response: Response, token: str) -> Response:
    response.set_cookie(
        _COOKIE,
        token,
        max_age=int(applications.KEPT_FOR.total_seconds()),
        path="/join",
        httponly=True,
        samesite="Lax",
        secure=config.settings().base_url.startswith("https:"),
    )
    return response


@blueprint.get("/join")
@access.public
def join() -> ResponseReturnValue:
    """Say who the panel is for and what happens."""
    return start_page()


def start_page(channel: str = "") -> str:
    """Return the first page; `channel` is the key of what led here, which goes on with the button."""
    return render_template(
        "panel/join/start.html",
        begun=_application() is not None,
        benefits=benefits.shown(negotiation.current().tag),
        channel=channel,
    )


@blueprint.post("/join")
@access.public
@limiter.limit("60 per hour")
def begin_joining() -> ResponseReturnValue:
    """Begin an application, or go on with the one this browser has."""
    if _application() is not None:
        return _to("check_answers")
    channel = recruits.find_channel(request.form.get("channel", "").lower())
    token = applications.begin({"began": humans.token(), **({"channel": channel.key} if channel else {})})
    commit()
    return _remember(_to("join_step", slug=steps.STEPS[0].slug), token)


@blueprint.post("/join/forget")
@access.public
def forget_joining() -> ResponseReturnValue:
    """Delete what was filled in: somebody else may use this device."""
    applications.discard(request.cookies.get(_COOKIE, ""))
    commit()
    return _forget(_to("join"))


@blueprint.get("/join/not-yet")
@access.public
def too_young() -> ResponseReturnValue:
    """Say kindly that somebody is too young."""
    return render_template("panel/join/too_young.html", age=config.settings().minimum_age)


@blueprint.route("/join/<slug>", methods=["GET", "POST"])
@access.public
@limiter.limit("600 per hour", methods=["POST"])
def join_step(slug: str) -> ResponseReturnValue:
    """Show one page and take its answer."""
    step = steps.BY_SLUG.get(slug) or steps.find(slug, steps.joining())
    if step is None:
        raise NotFound
    details = _application(for_change=request.method == "POST")
    if details is None:
        return _to("join")
    if not step.applies(details) or _comes_too_early(step, details):
        return _to("check_answers")
    form = step.form(details)
    if request.method == "GET":
        return _show(step, form, details)
    if not form.validate():
        return _show(step, form, details), 422
    try:
        step.save(form, details)
    except TooYoungError:
        applications.discard(request.cookies[_COOKIE])
        commit()
        return _forget(_to("too_young"))
    except DomainError as error:
        form.refuse(error, words(error))
        return _show(step, form, details), 422
    token = request.cookies[_COOKIE]
    applications.save(token, details)
    commit()
    return _remember(_next(details), token)


def _comes_too_early(step: Step, details: Details) -> bool:
    """Return whether a page before `step` waits for its answer."""
    pages = [page.slug for page in steps.applicable(details)]
    waiting = steps.first_unanswered(details)
    return waiting is not None and pages.index(waiting.slug) < pages.index(step.slug)


def _next(details: Details) -> Response:
    waiting = steps.first_unanswered(details)
    return _to("join_step", slug=waiting.slug) if waiting else _to("check_answers")


def _show(step: Step, form: Any, details: Details) -> str:
    if steps.first_unanswered(details) is None:
        back = url_for("panel.check_answers")
    else:
        previous = steps.before(step, details)
        back = url_for("panel.join_step", slug=previous.slug) if previous else url_for("panel.join")
    return render_template(step.template, form=form, step=step, back=back, **step.context(details))


@blueprint.get("/join/check")
@access.public
def check_answers() -> ResponseReturnValue:
    """Show everything before it is sent."""
    details = _application()
    if details is None:
        return _to("join")
    if steps.first_unanswered(details) is not None:
        return _next(details)
    return _show_check(CheckForm(), details)


def _show_check(form: CheckForm, details: Details) -> str:
    began = details.get("began", "")
    elapsed = humans.seconds_since(began)
    fresh = elapsed is None or elapsed > humans.LONGEST / 2
    rows = presenters.summary(
        steps.applicable(details), details, lambda step: url_for("panel.join_step", slug=step.slug)
    )
    last = steps.applicable(details)[-1]
    return render_template(
        "panel/join/check.html",
        form=form,
        rows=rows,
        opened=humans.token() if fresh else began,
        back=url_for("panel.join_step", slug=last.slug),
    )


@blueprint.post("/join/check")
@access.public
@limiter.limit("30 per hour")
def send_application() -> ResponseReturnValue:
    """Take the application in, once, however often the button is pressed."""
    details = _application(for_change=True)
    if details is None:
        return _to("joined") if session.get(_JOINED) else _to("join")
    if steps.first_unanswered(details) is not None:
        return _next(details)
    form = CheckForm()
    if not form.validate():
        return _show_check(form, details), 422
    if applications.discard(request.cookies[_COOKIE]):
        joining.submit(details, negotiation.current().tag)
    commit()
    session[_JOINED] = details["route"]
    return _forget(_to("joined"))


@blueprint.get("/join/done")
@access.public
def joined() -> ResponseReturnValue:
    """Say what happens next; the same to everybody, member or not."""
    return render_template("panel/join/done.html", route=session.get(_JOINED, "email"))


@blueprint.route("/join/resend", methods=["GET", "POST"])
@access.public
@limiter.limit("20 per hour", methods=["POST"])
def send_again() -> ResponseReturnValue:
    """Send the link to confirm an address once more; the answer is the same whether or not we know the address."""
    form = AddressForm()
    if request.method == "GET":
        return render_template("panel/join/resend.html", form=form)
    if not form.validate():
        return render_template("panel/join/resend.html", form=form), 422
    joining.send_confirmation_again(form.email.data or "")
    commit()
    session[_JOINED] = "email"
    return _to("joined")
