"""Channels: the short link people follow, and for staff what is printed for it and what it brought."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access, clock
from core.database import commit
from core.errors import N_, DomainError
from core.limits import limiter
from i18n import languages
from i18n.web import words
from panel import recruits
from panel.forms.fields import named
from panel.forms.recruiting import ChannelForm, NewChannelForm, chosen_groups, filled_groups
from panel.models import Channel
from panel.recruiting import posters, showing
from panel.recruiting.kinds import CHANNELS
from panel.services import recruiting
from panel.views.blueprint import blueprint
from panel.views.join import start_page
from panel.views.recruiting import area_choices, may_manage


@blueprint.get("/j/<key>")
@access.public
@limiter.limit("120 per minute")
def join_by_channel(key: str) -> ResponseReturnValue:
    """Show the start of joining with the channel kept in its button: nothing is stored before somebody presses it."""
    channel = recruits.find_channel(key.lower())
    if channel is None:  # mistyped, perhaps: whoever it is wanted to join
        return redirect(url_for("panel.join", lang=request.args.get("lang")), 302)
    return start_page(channel.key)


@blueprint.get("/staff/recruiting/channels")
@access.requires("recruiting.read")
def channels() -> str:
    """List the channels and what each brought."""
    by_source = recruits.brought_by_source()
    rows = [
        (c, showing.channel_state(c), showing.brought(by_source.get(f"channel:{c.key}", recruits.Brought())))
        for c in recruits.list_channels()
    ]
    return render_template("panel/recruiting/channels.html", rows=rows, kinds=CHANNELS, may_manage=may_manage())


@blueprint.get("/staff/recruiting/channels/<int:channel_id>")
@access.requires("recruiting.read")
def channel(channel_id: int) -> str:
    """Show one channel: its link, its code, what is printed, what it brought."""
    found = recruits.get_channel(channel_id)
    source = f"channel:{found.key}"
    return render_template(
        "panel/recruiting/channel.html",
        channel=found,
        state=showing.channel_state(found),
        lines=showing.channel_lines(found),
        link=posters.link(found.key),
        brought=showing.brought(recruits.brought_by_source().get(source, recruits.Brought())),
        tables=showing.band_tables(recruits.bands_of([source])),
        pieces={"poster": N_("Poster"), "form": N_("Form on paper")},
        languages=languages.LANGUAGES,
        may_manage=may_manage(),
    )


def _values(form: Any) -> dict[str, Any]:
    return {
        "kind": form.kind.data,
        "name": form["name"].data,
        "starts_on": form.starts_on.data,
        "ends_on": form.ends_on.data,
        "cost_pence": form.cost.data,
        "partner_id": int(form.partner.data) if form.partner.data else None,
        "groups": chosen_groups(form),
        "area_ids": [int(value) for value in form.areas.data],
    }


def _form(found: Channel | None) -> Any:
    if found is None:
        form: Any = NewChannelForm(data={"starts_on": clock.today(), "partner": request.args.get("partner", "")})
    else:
        form = ChannelForm(
            data={
                "kind": found.kind,
                "name": found.name,
                "partner": str(found.partner_id or ""),
                "starts_on": found.starts_on,
                "ends_on": found.ends_on,
                "cost": found.cost_pence,
                "areas": [str(area.id) for area in found.areas],
                **filled_groups(found.groups),
            }
        )
    partners = [p for p in recruits.list_partners() if p.ended_on is None or (found and p.id == found.partner_id)]
    form.partner.choices = named([("", _("None")), *((str(p.id), p.name) for p in partners)])
    form.areas.choices = named(area_choices())
    return form


def _edit(found: Channel | None) -> ResponseReturnValue:
    form = _form(found)
    if not form.is_submitted():
        return render_template("panel/recruiting/channel_form.html", form=form, channel=found)
    if not form.validate():
        return render_template("panel/recruiting/channel_form.html", form=form, channel=found), 422
    try:
        if found is None:
            found = recruiting.add_channel(form.key.data, _values(form))
        else:
            recruiting.change_channel(found, _values(form))
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("panel/recruiting/channel_form.html", form=form, channel=found), 422
    commit()
    flash(_("The channel is saved."), "success")
    return redirect(url_for("panel.channel", channel_id=found.id), 303)


@blueprint.route("/staff/recruiting/channels/add", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def add_channel() -> ResponseReturnValue:
    """Add a channel."""
    return _edit(None)


@blueprint.route("/staff/recruiting/channels/<int:channel_id>/change", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def change_channel(channel_id: int) -> ResponseReturnValue:
    """Change a channel, or set the day it ends."""
    return _edit(recruits.get_channel(channel_id))


def _file(data: bytes | str, mimetype: str, name: str) -> Response:
    response = Response(data, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.get("/staff/recruiting/channels/<int:channel_id>/code.<any(svg, png):form>")
@access.requires("recruiting.read")
def channel_code(channel_id: int, form: str) -> Response:
    """Give the code to scan as a picture."""
    key = recruits.get_channel(channel_id).key
    if form == "svg":
        return _file(posters.qr_svg(key), "image/svg+xml", f"{key}.svg")
    return _file(posters.qr_png(key), "image/png", f"{key}.png")


@blueprint.get("/staff/recruiting/channels/<int:channel_id>/<any(poster, form):piece>-<tag>.pdf")
@access.requires("recruiting.read")
def channel_print(channel_id: int, piece: str, tag: str) -> ResponseReturnValue:
    """Give the poster or the paper form as a PDF, in large print when asked."""
    found = recruits.get_channel(channel_id)
    if tag not in languages.TAGS:
        return redirect(url_for("panel.channel", channel_id=channel_id), 302)
    large = request.args.get("print") == "large"
    data = posters.draw(found, piece, tag, large=large)
    return _file(data, "application/pdf", f"{found.key}-{piece}-{tag}{'-large' if large else ''}.pdf")
