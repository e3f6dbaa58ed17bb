"""What can go wrong in this room, in words for the person it happens to."""

from __future__ import annotations

from core.errors import N_, DomainError


class TooYoungError(DomainError):
    """The person is below the joining age; nothing they told is kept."""

    words = N_("You must be %(age)s or over to join.")


class LinkGoneError(DomainError):
    """A link has expired, was used, or was replaced by a newer one."""

    words = N_("This link does not work any more.")


class AddressTakenError(DomainError):
    """Another member already has the e-mail address; said to staff only."""

    words = N_("Another member already has this e-mail address.")
    field = "email"


class WrongStateError(DomainError):
    """What is asked for does not fit where the membership stands."""

    words = N_("This cannot be done as the membership stands now.")
