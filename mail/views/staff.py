"""Staff see how messages get on, pause and resume campaigns, and settle what no evidence settles."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from core import access
from core.database import commit
from core.errors import NotFoundError
from i18n.web import words
from mail import presenters, queries, services, settling
from mail.errors import NotSettleableError
from mail.forms import SettleForm
from mail.models import Campaign, MessageState, OutboxMessage
from mail.views import blueprint

PAGE_SIZE = 20


@blueprint.get("/staff/messages")
@access.requires("mail.read")
def list_campaigns() -> str:
    """Campaigns with their progress, and single messages by kind."""
    found = queries.list_campaigns(request.args.get("before", type=int), PAGE_SIZE + 1)
    campaigns = found[:PAGE_SIZE]
    return render_template(
        "mail/campaigns.html",
        campaigns=campaigns,
        progress=queries.progress_of(campaign.key for campaign in campaigns),
        singles=queries.progress_of_singles(),
        older=campaigns[-1].id if len(found) > PAGE_SIZE else None,
        uncertain=queries.count_in_state(MessageState.UNCERTAIN),
        failed=queries.count_in_state(*queries.FAILURES),
        suppressed=queries.count_suppressed(),
        about=presenters.about,
        kind_words=presenters.kind_words,
    )


@blueprint.get("/staff/messages/campaigns/<int:campaign_id>")
@access.requires("mail.read")
def show_campaign(campaign_id: int) -> str:
    """One campaign: how far it is, and why messages did not go out."""
    campaign = _campaign(campaign_id)
    return render_template(
        "mail/campaign.html",
        campaign=campaign,
        progress=queries.progress_of([campaign.key])[campaign.key],
        reasons=queries.reasons_of(campaign.key),
        words_for=presenters,
    )


@blueprint.post("/staff/messages/campaigns/<int:campaign_id>/pause")
@access.requires("mail.manage")
def pause_campaign(campaign_id: int) -> ResponseReturnValue:
    """Hold the rest of a campaign back."""
    services.pause_campaign(_campaign(campaign_id))
    commit()
    flash(_("The campaign is paused. Nothing more of it is sent until you resume it."))
    return redirect(url_for("mail.show_campaign", campaign_id=campaign_id), 303)


@blueprint.post("/staff/messages/campaigns/<int:campaign_id>/resume")
@access.requires("mail.manage")
def resume_campaign(campaign_id: int) -> ResponseReturnValue:
    """Let the rest of a campaign go."""
    services.resume_campaign(_campaign(campaign_id))
    commit()
    flash(_("The campaign goes on."))
    return redirect(url_for("mail.show_campaign", campaign_id=campaign_id), 303)


@blueprint.route("/staff/messages/campaigns/<int:campaign_id>/settle", methods=["GET", "POST"])
@access.requires("mail.manage")
def settle_campaign(campaign_id: int) -> ResponseReturnValue:
    """Decide about all uncertain messages of a campaign at once."""
    campaign = _campaign(campaign_id)
    back = url_for("mail.show_campaign", campaign_id=campaign_id)
    form = SettleForm()
    form.choice.choices = presenters.choices_for_all()
    if form.validate_on_submit():
        settled = settling.settle_campaign(campaign, form.choice.data)
        commit()
        flash(
            ngettext(
                "Your decision about %(num)s message is recorded.",
                "Your decision about %(num)s messages is recorded.",
                settled,
            )
        )
        return redirect(back, 303)
    progress = queries.progress_of([campaign.key])[campaign.key]
    page = render_template(
        "mail/settle_campaign.html", form=form, campaign=campaign, progress=progress, back=back, words_for=presenters
    )
    return page, 422 if form.errors else 200


@blueprint.get("/staff/messages/failures")
@access.requires("mail.read")
def list_failures() -> str:
    """Messages that failed or came back."""
    return _list(list(queries.FAILURES), "mail/failures.html")


@blueprint.get("/staff/messages/uncertain")
@access.requires("mail.read")
def list_uncertain() -> str:
    """Messages of which nobody knows whether they left."""
    return _list([MessageState.UNCERTAIN], "mail/uncertain.html")


@blueprint.route("/staff/messages/<int:message_id>/settle", methods=["GET", "POST"])
@access.requires("mail.manage")
def settle(message_id: int) -> ResponseReturnValue:
    """Decide about one message."""
    message = _message(message_id)
    back = "mail.list_uncertain" if message.state == MessageState.UNCERTAIN else "mail.list_failures"
    if message.state not in {MessageState.UNCERTAIN, MessageState.FAILED}:
        flash(words(NotSettleableError()), "error")
        return redirect(url_for("mail.list_uncertain"), 303)
    form = SettleForm()
    form.choice.choices = presenters.choices_for(message)
    if form.validate_on_submit():
        try:
            settling.settle_by_hand(message, form.choice.data)
        except NotSettleableError as error:
            flash(words(error), "error")
        else:
            commit()
            flash(_("Your decision is recorded."))
        return redirect(url_for(back), 303)
    page = render_template("mail/settle.html", form=form, message=message, back=url_for(back), words_for=presenters)
    return page, 422 if form.errors else 200


def _list(states: list[MessageState], template: str) -> str:
    found = queries.list_in_state(states, request.args.get("before", type=int), PAGE_SIZE + 1)
    messages = found[:PAGE_SIZE]
    return render_template(
        template,
        messages=messages,
        titles=queries.titles_of(message.campaign_key for message in messages),
        older=messages[-1].id if len(found) > PAGE_SIZE else None,
        words_for=presenters,
    )


def _campaign(campaign_id: int) -> Campaign:
    try:
        return queries.get_campaign(campaign_id)
    except NotFoundError:
        abort(404)


def _message(message_id: int) -> OutboxMessage:
    try:
        return queries.get_message(message_id)
    except NotFoundError:
        abort(404)
