"""What can go wrong when outcomes are written, published and told."""

from __future__ import annotations

from core.errors import N_, DomainError, NotFoundError


class OutcomeNotFoundError(NotFoundError):
    words = N_("We could not find that outcome.")


class TellingNotFoundError(NotFoundError):
    words = N_("We could not find that telling.")


class PublishedError(DomainError):
    words = N_("This outcome is public and can no longer be changed. You can add a missing translation.")


class ChangedMeanwhileError(DomainError):
    words = N_("Somebody else changed this outcome while you were writing. Compare with the text below and save again.")


class NotReadyError(DomainError):
    """`parts` of the outcome are missing."""


class NoOwnerError(NotReadyError):
    words = N_("Choose who answers for this outcome.")
    field = "owner"


class NoDueDateError(NotReadyError):
    words = N_("Enter the date by which everyone must have been told.")
    field = "due_on"


class NoDoByError(NotReadyError):
    words = N_("Enter the date by which you will do it.")
    field = "do_by"


class NoTextError(NotReadyError):
    words = N_("Write what you heard and what you say to it. If you will not do it, say why.")


class LanguagesMissingError(NotReadyError):
    words = N_("The text is missing or out of date in: %(languages)s. Add it, or give a reason for each.")


class NothingReadyError(DomainError):
    words = N_("No outcome is ready to be published.")


class StillAnsweringError(DomainError):
    words = N_("People can still answer. Close the fieldwork first, or those who answer later would not be told.")


class NotAPromiseError(DomainError):
    words = N_("Only a published promise can be followed up, and only once.")


class SettledError(DomainError):
    words = N_("This person has already been dealt with.")


class NoReasonError(DomainError):
    words = N_("Say why this person cannot be reached.")
    field = "reason"


class LettersNotReadyError(DomainError):
    words = N_("These letters are still being made.")


class LettersGoneError(DomainError):
    words = N_("These letters were posted and have been deleted.")


class NoLettersError(DomainError):
    words = N_("Nobody is waiting for a letter.")


class LoopOpenError(DomainError):
    words = N_("The loop is still open: publish what came of it and tell everyone who took part before archiving.")
