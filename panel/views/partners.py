"""Pages on partner organisations: who they are, whom they reach, what was agreed, what they brought."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current as staff_current
from core import access
from core.database import commit
from core.errors import DomainError
from i18n.web import words
from panel import imports, recruits
from panel.forms.fields import named
from panel.forms.recruiting import EndForm, NewPartnerForm, PartnerForm, chosen_groups, filled_groups
from panel.models import Channel, Partner
from panel.recruiting import showing
from panel.recruiting.kinds import PARTNERS
from panel.services import recruiting
from panel.views.blueprint import blueprint
from panel.views.recruiting import area_choices, may_manage


@blueprint.get("/staff/recruiting/partners")
@access.requires("recruiting.read")
def partners() -> str:
    """List the partners and what each brought, with those whose agreement is due marked."""
    by_source = recruits.brought_by_source()
    by_partner: dict[int | None, list[Channel]] = {}
    for channel in recruits.list_channels():
        by_partner.setdefault(channel.partner_id, []).append(channel)
    rows = []
    for partner in recruits.list_partners():
        sources = recruits.sources_of_partner(partner, by_partner.get(partner.id, []))
        brought = sum((by_source.get(source, recruits.Brought()) for source in sources), recruits.Brought())
        rows.append((partner, showing.review_is_due(partner), showing.brought(brought)))
    return render_template("panel/recruiting/partners.html", rows=rows, kinds=PARTNERS, may_manage=may_manage())


@blueprint.get("/staff/recruiting/partners/<int:partner_id>")
@access.requires("recruiting.read")
def partner(partner_id: int) -> str:
    """Show one partner, its channels and what they brought."""
    found = recruits.get_partner(partner_id)
    own = recruits.list_channels(found.id)
    sources = recruits.sources_of_partner(found, own)
    by_source = recruits.brought_by_source()
    return render_template(
        "panel/recruiting/partner.html",
        partner=found,
        lines=showing.partner_lines(found),
        contact=recruiting.open_contact(found) if may_manage() else None,
        review_is_due=showing.review_is_due(found),
        channels=[(c, showing.brought(by_source.get(f"channel:{c.key}", recruits.Brought()))) for c in own],
        brought=showing.brought(sum((by_source.get(s, recruits.Brought()) for s in sources), recruits.Brought())),
        tables=showing.band_tables(recruits.bands_of(sources)),
        imports=imports.list_of_partner(found.id) if staff_current.may("members.manage") else [],
        may_manage=may_manage(),
        may_import=staff_current.may("members.manage"),
    )


def _values(form: Any) -> dict[str, Any]:
    names = ("kind", "name", "reaches", "agreement_on", "agreement_review_on", "data_sharing", *recruiting.CONTACT)
    return {
        **{name: form[name].data for name in names},
        "groups": chosen_groups(form),
        "area_ids": [int(value) for value in form.areas.data],
    }


def _form(found: Partner | None) -> Any:
    if found is None:
        form: Any = NewPartnerForm()
    else:
        names = ("kind", "name", "reaches", "agreement_on", "agreement_review_on", "data_sharing")
        form = PartnerForm(
            data={
                **{name: getattr(found, name) for name in names},
                **recruiting.open_contact(found),
                "areas": [str(area.id) for area in found.areas],
                **filled_groups(found.groups),
            }
        )
    form.areas.choices = named(area_choices())
    return form


def _edit(found: Partner | None) -> ResponseReturnValue:
    form = _form(found)
    if not form.is_submitted():
        return render_template("panel/recruiting/partner_form.html", form=form, partner=found)
    if not form.validate():
        return render_template("panel/recruiting/partner_form.html", form=form, partner=found), 422
    try:
        if found is None:
            found = recruiting.add_partner(form.key.data, _values(form))
        else:
            recruiting.change_partner(found, _values(form))
    except DomainError as error:
        form.refuse(error, words(error))
        return render_template("panel/recruiting/partner_form.html", form=form, partner=found), 422
    commit()
    flash(_("The partner is saved."), "success")
    return redirect(url_for("panel.partner", partner_id=found.id), 303)


@blueprint.route("/staff/recruiting/partners/add", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def add_partner() -> ResponseReturnValue:
    """Add a partner."""
    return _edit(None)


@blueprint.route("/staff/recruiting/partners/<int:partner_id>/change", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def change_partner(partner_id: int) -> ResponseReturnValue:
    """Change what is known of a partner."""
    return _edit(recruits.get_partner(partner_id))


@blueprint.route("/staff/recruiting/partners/<int:partner_id>/end", methods=["GET", "POST"])
@access.requires("recruiting.manage")
def end_partner(partner_id: int) -> ResponseReturnValue:
    """End working with a partner, after a page that says what this does."""
    found = recruits.get_partner(partner_id)
    form = EndForm()
    if not form.validate_on_submit():
        return render_template("panel/recruiting/end_partner.html", form=form, partner=found)
    try:
        recruiting.end_partner(found)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("Working with this partner has ended."), "success")
    return redirect(url_for("panel.partner", partner_id=partner_id), 303)
