"""The people a draw has found, for staff: what they said, and who comes in place of those who said no."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access, tasks
from panel.draws import pages, people, planning, pools
from panel.models import DrawState, Reply
from panel.views.draws import attempt, blueprint, find


@blueprint.get("/<int:draw_id>/people")
@access.requires("draws.manage")
def list_people(draw_id: int) -> str:
    """List them by number, without names."""
    draw = find(draw_id)
    if draw.state not in (DrawState.DRAWN, DrawState.PUBLISHED):
        abort(404)
    page = max(request.args.get("page", 1, type=int), 1)
    rows, more = pages.person_rows(draw, (page - 1) * people.PAGE_SIZE)
    return render_template(
        "panel/draws/people.html",
        draw=draw,
        rows=rows,
        page=page,
        more=more,
        missing=people.missing(draw),
        pool_kept=pools.are_kept(draw.id),
        reserves=people.counts(draw.id).get(("reserve", Reply.NONE), 0),
        task=tasks.find_latest(planning.REPLACE, f"draw:{draw.id}"),
    )


@blueprint.post("/<int:draw_id>/people/<int:member_id>/<any(yes,declined):reply>")
@access.requires("draws.manage")
def note_reply(draw_id: int, member_id: int, reply: str) -> ResponseReturnValue:
    """Note what somebody said by phone or letter."""
    draw = find(draw_id)
    return attempt(draw, lambda: people.answer(draw, member_id, Reply(reply)), _("It is noted."), "list_people")


@blueprint.post("/<int:draw_id>/replace/<any(reserve,lottery):how>")
@access.requires("draws.manage")
def replace(draw_id: int, how: str) -> ResponseReturnValue:
    """Find people in place of those who said no."""
    draw = find(draw_id)
    done = _("People are being found. This page shows them when they are.")
    return attempt(draw, lambda: planning.ask_replace(draw, how), done, "list_people")
