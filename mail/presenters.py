"""Messages and their states in plain words for staff."""

from __future__ import annotations

from flask_babel import gettext
from markupsafe import Markup

from core.errors import N_
from mail import recipients
from mail.errors import REASONS
from mail.models import MessageState, OutboxMessage

_STATES = {
    MessageState.QUEUED: N_("Waiting to be sent"),
    MessageState.SENDING: N_("Being sent"),
    MessageState.SENT: N_("Sent"),
    MessageState.UNCERTAIN: N_("Uncertain"),
    MessageState.FAILED: N_("Failed"),
    MessageState.BOUNCED: N_("Not delivered: it came back"),
    MessageState.BY_HAND: N_("To be told by letter or on the phone"),
    MessageState.TOLD: N_("Told by letter or on the phone"),
    MessageState.SKIPPED: N_("Not sent"),
}

#: Kind -> its name for staff; a kind without one is shown by its key.
_KINDS = {
    "confirm_address": N_("Confirm your address"),
    "confirm_from_list": N_("Confirm your address, after a partner’s list"),
    "confirm_new_address": N_("Confirm your new address"),
    "address_changed": N_("Address changed"),
    "already_member": N_("Already a member"),
    "welcome": N_("Welcome"),
    "removed": N_("Removed from the panel"),
    "still_here": N_("Do you want to stay?"),
    "milestone": N_("Thanks at a milestone"),
    "group_invitation": N_("Invitation to a group"),
    "group_decision": N_("Answer about a group"),
    "group_ended": N_("End of time in a group"),
    "sign_in_link": N_("Sign-in link"),
    "invitation": N_("Invitation"),
    "reminder": N_("Reminder"),
    "thank_you": N_("Thank you"),
    "resume_code": N_("Code to go on later"),
    "outcome": N_("What came of it"),
    "owner_reminder": N_("Reminder to an owner"),
    "bounce_notice": N_("Notice of bounces"),
    "claim_received": N_("Claim received"),
    "claim_question": N_("Question about a claim"),
    "claim_approved": N_("Claim approved"),
    "claim_partly_approved": N_("Claim partly approved"),
    "claim_refused": N_("Claim refused"),
    "claim_paid": N_("Claim paid"),
    "prior_agreed": N_("Agreed before the day"),
    "prior_refused": N_("Not agreed before the day"),
    "advance_reminder": N_("Reminder to account for money given before the day"),
    "advance_settled": N_("What money given before the day was good for"),
    "advance_returned": N_("Money given before the day came back"),
    "advance_waived": N_("Money given before the day need not come back"),
    "way_chosen": N_("Way to be paid noted for somebody"),
    "bank_details_changed": N_("Bank details changed"),
    "claim_payment_failed": N_("Payment of a claim failed"),
    "staff_invitation": N_("Invitation to staff"),
    "staff_new_password": N_("New password for staff"),
    "staff_forgotten_password": N_("Forgotten password of staff"),
    "staff_password_changed": N_("Password of staff changed"),
    "staff_second_step_reset": N_("Second step reset"),
}


def kind_words(kind: str) -> str:
    """Return the name of a kind of message."""
    return gettext(_KINDS[kind]) if kind in _KINDS else kind


def state_words(state: str) -> str:
    """Return a state in words."""
    return gettext(_STATES[MessageState(state)])


def reason_words(code: str | None) -> str:
    """Return why a message did not arrive, in words."""
    return gettext(REASONS[code]) if code in REASONS else ""


def recipient_link(recipient: str) -> str:
    """Return who a message is for without a name: who may see the person follows the number to their page."""
    page, words = recipients.page_of(recipient), recipient_words(recipient)
    return Markup('<a href="{}">{}</a>').format(page, words) if page else words


def recipient_words(recipient: str) -> str:
    """Return who a message is for without a name."""
    prefix, _, key = recipient.partition(":")
    if prefix in {"member", "member_account"}:
        return gettext("Member %(number)s", number=key)
    if prefix == "payee":
        return gettext("Payee %(number)s", number=key)
    if prefix == "staff":
        return gettext("Staff %(number)s", number=key)
    return gettext("Somebody who is joining or changing their address")


def about(kind: str, title: str | None) -> str:
    """Return what a message or a campaign is: its kind, and what it is about where it has a title."""
    return gettext("%(kind)s: %(title)s", kind=kind_words(kind), title=title) if title else kind_words(kind)


def choices_for(message: OutboxMessage) -> list[tuple[str, str]]:
    """Return what staff can decide about `message`."""
    # Once its words are forgotten there is nothing to send.
    choices = [("again", gettext("Send it again"))] if message.context is not None else []
    if message.state == MessageState.UNCERTAIN:
        choices.append(("sent", gettext("Count it as sent")))
    return [*choices, ("give_up", gettext("Give it up"))]


def choices_for_all() -> list[tuple[str, str]]:
    """Return what staff can decide about all uncertain messages of a campaign at once."""
    return [
        ("again", gettext("Send them all again")),
        ("sent", gettext("Count them all as sent")),
        ("give_up", gettext("Give them all up")),
    ]
