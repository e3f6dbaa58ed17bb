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


class KeyTakenError(DomainError):
    """Something else already has this short name."""

    words = N_("This short name is taken. Choose another.")
    field = "key"


class EndedError(DomainError):
    """It has ended: nothing is changed any more."""

    words = N_("This has ended and cannot be changed any more.")


class SameFileError(DomainError):
    """The same file was taken in before."""

    words = N_("This very file was taken in before, on %(day)s.")
    field = "file"


class ImportStateError(DomainError):
    """A list of people is not where this step belongs."""

    words = N_("This cannot be done with the list as it stands now.")
