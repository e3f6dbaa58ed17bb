"""Pages on recruiting for staff: campaigns and their progress."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current as staff_current
from core import access, clock
from core.database import commit
from core.errors import DomainError
from i18n.web import words
from panel import queries, recruits
from panel.forms.fields import named
from panel.forms.recruiting import CampaignFields
from panel.models import Campaign
from panel.recruiting import progress, showing
from panel.services import recruiting
from panel.steps.where import neighbourhoods
from panel.views.blueprint import blueprint


def area_choices() -> list[tuple[str, str]]:
    """Return all areas as choices: the whole, the places, then the neighbourhoods."""
    areas = queries.list_areas()
    return [(str(a.id), a.name) for a in [a for a in areas if a.level < 3] + neighbourhoods(areas)]


def may_manage() -> bool:
    """Return whether who is signed in may change what recruiting is about."""
    return staff_current.may("recruiting.manage")


@blueprint.get("/staff/recruiting")
@access.requires("recruiting.read")
def recruiting_home() -> str:
    """Show the campaigns that run, with their progress, and the way to everything else."""
    campaigns = recruits.list_campaigns()
    running = [campaign for campaign in campaigns if campaign.ended_on is None]
    return render_template(
        "panel/recruiting/home.html",
        running=[(c, [showing.aim_line(p) for p in lines]) for c, lines in _progress(running)],
        ended=[campaign for campaign in campaigns if campaign.ended_on is not None],
        may_manage=may_manage(),
        may_import=staff_current.may("members.manage"),
    )


def _progress(campaigns: list[Campaign]) -> list[tuple[Campaign, list[progress.AimProgress]]]:
    found = progress.of_campaigns(campaigns)
    return [(campaign, found[campaign.id]) for campaign in campaigns]


@blueprint.get("/staff/recruiting/campaigns/<int:campaign_id>")
@access.requires("recruiting.read")
def recruiting_campaign(campaign_id: int) -> str:
    """Show one campaign: how far each aim is, and by what."""
    campaign = recruits.get_campaign(campaign_id)
    by_source = recruits.brought_by_source()
    return render_template(
        "panel/recruiting/campaign.html",
        campaign=campaign,
        aims=[showing.aim_line(p) for _campaign, lines in _progress([campaign]) for p in lines],
        channels=[
            (c, showing.brought(by_source.get(f"channel:{c.key}", recruits.Brought()))) for c in campaign.channels
        ],
        may_manage=may_manage(),
    )


def _fields(campaign: Campaign | None) -> CampaignFields:
    return CampaignFields(area_choices(), len(campaign.aims) if campaign else max(2, len(request.args.getlist("aim"))))


def _wanted(fields: CampaignFields) -> dict[str, Any]:
    """Return what the page on whom to recruit next asks for: `aim` is `feature:category:people`, `until` a day."""
    areas = {area.code: area.id for area in queries.list_areas()}
    whole = queries.list_areas(level=1)
    data: dict[str, Any] = {}
    for row, text in enumerate(request.args.getlist("aim")[: fields.rows]):
        feature, category, people = [*text.split(":"), "", ""][:3]
        area = areas.get(category) if feature == "area" else whole[0].id if whole else None
        if area is not None and people.isdigit():
            group = "" if feature == "area" else f"{feature}:{category}"
            data |= {f"aim{row}_group": group, f"aim{row}_area": str(area), f"aim{row}_wanted": int(people)}
    with contextlib.suppress(ValueError):
        data["due_on"] = dt.date.fromisoformat(request.args.get("until", ""))
    return data


def _form(fields: CampaignFields, campaign: Campaign | None) -> Any:
    data: dict[str, Any] = {}
    if campaign is not None:
        data = {"name": campaign.name, "starts_on": campaign.starts_on, "due_on": campaign.due_on}
        data |= {"channels": [str(c.id) for c in campaign.channels], "partners": [str(p.id) for p in campaign.partners]}
        for row, aim in enumerate(campaign.aims):
            group = f"{aim.feature}:{aim.category}" if aim.feature else ""
            data |= {f"aim{row}_group": group, f"aim{row}_area": str(aim.area_id), f"aim{row}_wanted": aim.wanted}
    else:
        data = {"starts_on": clock.today()} | _wanted(fields)
    form = fields.form(data)
    form.channels.choices = named((str(c.id), c.name) for c in recruits.list_channels())
    form.partners.choices = named((str(p.id), p.name) for p in recruits.list_partners(ended=False))
    return form


def _values(fields: CampaignFields, form: Any) -> dict[str, Any]:
    return {
        "name": form["name"].data,
        "starts_on": form.starts_on.data,
        "due_on": form.due_on.data,
        "aims": fields.aims(form),
        "channel_ids": [int(value) for value in form.channels.data],
        "partner_ids": [int(value) for value in form.partners.data],
    }


def _edit(campaign: Campaign | None) -> ResponseReturnValue:
    fields = _fields(campaign)
    form = _form(fields, campaign)
    page = {"form": form, "rows": fields.rows, "campaign": campaign}
    if not form.is_submitted():
        return render_template("panel/recruiting/campaign_form.html", **page)
    errors = []
    if form.validate() and not fields.aims(form):
        errors.append(("aim0_wanted", _("Say for at least one group how many people you want.")))
    if form.errors or errors:
        return render_template("panel/recruiting/campaign_form.html", errors=errors, **page), 422
    try:
        if campaign is None:
            campaign = recruiting.add_campaign(_values(fields, form))
        else:
            recruiting.change_campaign(campaign, _values(fields, form))
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("panel/recruiting/campaign_form.html", **page), 422
    commit()
    flash(_("The campaign is saved."), "success")
    return redirect(url_for("panel.recruiting_campaign", campaign_id=campaign.id), 303)


@blueprint.route("/staff/recruiting/campaigns/add", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def add_campaign() -> ResponseReturnValue:
    """Plan a campaign."""
    return _edit(None)


@blueprint.route("/staff/recruiting/campaigns/<int:campaign_id>/change", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def change_campaign(campaign_id: int) -> ResponseReturnValue:
    """Change a campaign's plan."""
    return _edit(recruits.get_campaign(campaign_id))


@blueprint.post("/staff/recruiting/campaigns/<int:campaign_id>/end")
@access.requires("recruiting.manage")
def end_campaign(campaign_id: int) -> ResponseReturnValue:
    """End a campaign today; its figures stay."""
    try:
        recruiting.end_campaign(recruits.get_campaign(campaign_id), clock.today())
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("The campaign has ended."), "success")
    return redirect(url_for("panel.recruiting_campaign", campaign_id=campaign_id), 303)
