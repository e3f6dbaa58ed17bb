"""The call list, and the list of messages that did not arrive: both are worked through until they are empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import engagements.queries
from core import access
from core.database import commit
from core.errors import DomainError
from engagements.wording import title_of
from feedback import reasons
from feedback.forms import PeopleForm
from feedback.models import Telling, Told
from feedback.presenters import people
from feedback.queries import tellings
from feedback.services import settling
from feedback.views import staff
from feedback.views.publishing import by
from i18n.web import words

Lister = Callable[[int, int], list[Told]]


def _work_through(
    telling_id: int,
    template: str,
    endpoint: str,
    listed: Lister,
    actions: Sequence[tuple[str, str]],
    because: Sequence[str],
) -> ResponseReturnValue:
    """Show a page of people, and note what staff say about the chosen ones, `because` of one of these reasons."""
    telling = tellings.get_telling(telling_id)
    after = request.args.get("after", 0, type=int)
    found = listed(telling_id, after)
    shown, more = found[: tellings.PAGE_SIZE], len(found) > tellings.PAGE_SIZE
    form = PeopleForm()
    form.offer([(each.member_id, "") for each in shown], actions, people.reason_choices(because))
    if form.validate_on_submit():
        try:
            changed = _note(telling, form)
        except DomainError as error:
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("Noted for %(people)s.", people=changed))
            return redirect(url_for(endpoint, telling_id=telling_id), 303)
    engagement = engagements.queries.get_engagement(telling.engagement_id)
    cards = people.cards(shown)
    form.people.choices = [(card.member_id, card.name) for card in cards]
    page = render_template(
        template,
        form=form,
        telling=telling,
        title=title_of(engagement),
        cards=cards,
        scripts=people.scripts(telling_id, {card.language.tag for card in cards}),
        next_page=url_for(endpoint, telling_id=telling_id, after=shown[-1].member_id) if more else "",
    )
    return page, 422 if form.errors else 200


def _note(telling: Telling, form: PeopleForm) -> int:
    action, chosen, reason = form.action.data, form.people.data or [], form.reason.data or ""
    if action == "told":
        return settling.mark_told(telling, chosen, by())
    if action == "failed":
        return settling.mark_failed(telling, chosen, reason, by())
    if action == "unreachable":
        return settling.mark_unreachable(telling, chosen, reason, by())
    return settling.change_route(telling, chosen, action, by())


@staff.route("/tellings/<int:telling_id>/calls", methods=["GET", "POST"])
@access.requires("telling.manage")
def call_list(telling_id: int) -> ResponseReturnValue:
    actions = [
        ("told", _("They have been told")),
        ("failed", _("It did not work: keep them on the list of those not reached")),
    ]
    return _work_through(
        telling_id, "feedback/calls.html", "feedback.call_list", tellings.list_to_call, actions, reasons.FAILURES
    )


@staff.route("/tellings/<int:telling_id>/failures", methods=["GET", "POST"])
@access.requires("telling.manage")
def failures(telling_id: int) -> ResponseReturnValue:
    actions = [
        ("told", _("They have been told in another way")),
        ("post", _("Send a letter instead")),
        ("phone", _("Ring them instead")),
        ("email", _("Send the e-mail again, because the address was put right")),
        ("unreachable", _("They cannot be reached")),
    ]
    return _work_through(
        telling_id,
        "feedback/failures.html",
        "feedback.failures",
        tellings.list_failed,
        actions,
        reasons.UNREACHABLE,
    )
