"""Why a message did not arrive, as codes for the database and plain words for staff, and the errors of this room."""

from __future__ import annotations

from core.errors import N_, DomainError

#: Code in `OutboxMessage.failure` -> what staff read. Never the server's own text, which may quote an address.
REASONS: dict[str, str] = {
    # for good
    "no_such_address": N_("The address does not exist"),
    "mailbox_full": N_("The mailbox is full"),
    "refused_by_policy": N_("The receiving server does not accept messages from us"),
    "refused": N_("The receiving server refused the message"),
    "address_unusable": N_("The address cannot be written to by our mail server"),
    "no_address": N_("There is no e-mail address any more"),
    "suppressed": N_("The address did not work before, so nothing more is sent to it"),
    "withdrawn": N_("The person no longer wants messages of this kind"),
    "too_late": N_("It could not be sent while it was still of use"),
    "unknown_kind": N_("This version of the software does not know messages of this kind"),
    "key_missing": N_("The key it was locked with is not among the keys of this installation"),
    "given_up": N_("A member of staff gave it up"),
    "bounced": N_("It came back as not deliverable"),
    "soft_repeated": N_("Messages to the address came back too often"),
    # for now
    "server_busy": N_("The mail server was busy"),
    "mailbox_busy": N_("The mailbox could not take it at that moment"),
    "temporary": N_("The receiving server asked us to try again later"),
    "unreachable": N_("Our mail server could not be reached"),
    "not_encrypted": N_("Our mail server did not offer an encrypted connection"),
    "sign_in_refused": N_("Our mail server refused our sign-in"),
    "sender_refused": N_("Our mail server refused the address we send from"),
    "cannot_render": N_("The message could not be put together"),
    # nobody knows
    "worker_died": N_("The worker stopped while it was sending"),
    "restored": N_("The database was restored from a backup: it may have left before"),
    "no_reply": N_("The connection broke before the mail server confirmed"),
}


class RefusedError(Exception):
    """The server said no to one message. `permanent`: trying again is of no use."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class TransportDownError(Exception):
    """No message can leave at the moment; it says nothing about any one of them."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FateUnknownError(Exception):
    """The message was handed over, but the answer never came: it may have been accepted."""


class NotSettleableError(DomainError):
    """Somebody else, or evidence that came in, was faster."""

    words = N_("This message has been settled in the meantime.")
