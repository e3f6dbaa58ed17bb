"""What can go wrong with a draw, in words for staff."""

from __future__ import annotations

from core.errors import N_, DomainError


class FixedError(DomainError):
    """What was asked for would change a draw that others may already have read about."""

    words = N_("This draw is fixed and published. It cannot be changed any more.")


class NotNowError(DomainError):
    """A step was asked for before the one before it, or after the one that ends it."""

    words = N_("This cannot be done as the draw stands now.")


class UnfinishedError(DomainError):
    """Something of the plan is missing."""

    words = N_("The plan is not finished. Go through the steps that are not done yet.")


class NoFiguresError(DomainError):
    """An area has no population figures for a feature: without them the group would be like the other areas only."""

    words = N_("Not all of these areas have population figures for “%(feature)s”. Choose another area or feature.")


class NoHistoryError(DomainError):
    """No earlier survey tells enough."""

    words = N_("No survey of the last year has asked enough people to tell.")


class TooEarlyError(DomainError):
    """The public randomness cannot be known yet."""

    words = N_("The public value can be known from %(day)s on. Come back then.")
    field = "public_value"


class AnnounceError(DomainError):
    """The day of the public randomness is not in the future."""

    words = N_("Choose a day to come: nobody may know the value when the draw is fixed.")
    field = "source_on"


class ValueTakenError(DomainError):
    """The public value was entered before: a second one would be a second try."""

    words = N_("The public value was entered before and cannot be changed: that would be a second try.")
    field = "public_value"


class ImpossibleError(DomainError):
    """No group of people meets the quotas."""

    words = N_("No group of %(k)s people meets all the numbers. Look at “Is it possible?” for what to change.")


class NobodyLeftError(DomainError):
    """Everybody who was wanted is there."""

    words = N_("Nobody has to be replaced: as many people as were wanted have not said no.")


class NoReserveError(DomainError):
    """No reserve fits."""

    words = N_("None of the reserves fits those who are left. Draw replacements instead.")


class ErasedError(DomainError):
    """The draw is so old that its pool is gone."""

    words = N_("This draw was long ago. The list of who could be chosen has been erased, so nobody can be added.")
