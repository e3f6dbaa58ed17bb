"""Why somebody could not be told, in plain words for staff."""

from __future__ import annotations

from core.errors import N_

#: Codes this room writes into `told.reason`.
NOT_QUEUED = "no_address"
LEFT = "left_panel"
BOUNCED = "bounced"
SKIPPED = "skipped"
NOT_SENT = "not_sent"
NOT_POSTED = "not_posted"

WORDS: dict[str, str] = {
    NOT_QUEUED: N_("There is no e-mail address we may write to"),
    LEFT: N_("Has left the panel and asked for no more contact"),
    BOUNCED: N_("The e-mail came back"),
    SKIPPED: N_("The e-mail address was withdrawn before the message went"),
    NOT_SENT: N_("The e-mail could not be sent"),
    NOT_POSTED: N_("The letter was made but nobody said that it was posted"),
    "no_post_address": N_("There is no postal address"),
    "no_phone": N_("There is no phone number"),
    "returned": N_("The letter came back"),
    "moved": N_("Has moved and left no new address"),
    "no_answer": N_("Did not answer several calls"),
    "wrong_number": N_("The number belongs to somebody else"),
    "asked_not": N_("Asked not to be contacted"),
    "died": N_("Has died"),
    "other": N_("Another reason, recorded elsewhere"),
}

#: What staff may give as the reason why a letter, a call or a text did not reach somebody.
FAILURES: tuple[str, ...] = ("no_post_address", "no_phone", "returned", "no_answer", "wrong_number")
#: What staff may give as the reason why somebody cannot be reached at all.
UNREACHABLE: tuple[str, ...] = (
    "moved",
    "no_answer",
    "wrong_number",
    "returned",
    "no_post_address",
    "no_phone",
    "asked_not",
    "died",
    "other",
)
