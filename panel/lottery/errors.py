"""Why a lottery cannot be held: codes and parameters here, words in the reader's language at the edge."""

from __future__ import annotations

from typing import Any

from core.errors import N_, DomainError


class LotteryError(DomainError):
    """A draw was asked for that cannot be made."""

    words = N_("This draw cannot be made.")

    def __str__(self) -> str:
        return self.words % self.params


class CancelledError(LotteryError):
    """The person who asked for the draw stopped it."""

    words = N_("The draw was stopped. Nothing was kept.")


class RefusedError(LotteryError):
    """What was handed in is wrong; `file` and `row` (1 is the heading) say where."""

    words = N_("%(file)s, row %(row)s: this cannot be used.")


class UnreadableFileError(RefusedError):
    words = N_("%(file)s cannot be opened.")


class UnwritableFolderError(RefusedError):
    words = N_("Nothing can be written to %(file)s.")


class NotTextError(RefusedError):
    words = N_("%(file)s, row %(row)s: this is not text in UTF-8.")


class BrokenRowError(RefusedError):
    words = N_("%(file)s, row %(row)s: this is not a row of a CSV file.")


class MissingColumnError(RefusedError):
    words = N_("%(file)s, row %(row)s: there is no column “%(column)s”.")


class DoubledColumnError(RefusedError):
    words = N_("%(file)s, row %(row)s: the column “%(column)s” is there twice.")


class EmptyFileError(RefusedError):
    words = N_("%(file)s, row %(row)s: nothing follows the heading.")


class RaggedRowError(RefusedError):
    words = N_("%(file)s, row %(row)s: there are %(found)s columns, and the heading has %(expected)s.")


class EmptyValueError(RefusedError):
    words = N_("%(file)s, row %(row)s: “%(column)s” is empty.")


class DoubledPersonError(RefusedError):
    words = N_("%(file)s, row %(row)s: the same id was there before, in row %(first)s.")


class UnknownFeatureError(RefusedError):
    words = N_("%(file)s, row %(row)s: “%(feature)s” is not a feature that the quotas name for “%(category)s”.")


class UnknownCategoryError(RefusedError):
    words = N_("%(file)s, row %(row)s: the pool has no column “%(category)s”.")


class DoubledQuotaError(RefusedError):
    words = N_("%(file)s, row %(row)s: “%(category)s: %(feature)s” was there before, in row %(first)s.")


class NotANumberError(RefusedError):
    words = N_("%(file)s, row %(row)s: “%(column)s” must be a whole number, 0 or more.")


class NotARateError(RefusedError):
    words = N_("%(file)s, row %(row)s: “%(column)s” must be a number above 0 and not above 1.")


class CrossedQuotaError(RefusedError):
    words = N_("%(file)s, row %(row)s: the minimum %(min)s is more than the maximum %(max)s.")


class TooFewPeopleError(RefusedError):
    words = N_("%(file)s, row %(row)s: %(k)s were asked for, and the pool has only %(n)s people.")


class UnknownPersonError(RefusedError):
    words = N_("%(file)s, row %(row)s: nobody in the pool has the id of person %(number)s of the list.")


class WrongPoolError(RefusedError):
    words = N_("The sealed part of the audit sheet cannot be opened with this pool: it is another, or was changed.")


class UnknownAlgorithmError(RefusedError):
    words = N_("There is no algorithm “%(algorithm)s”.")


class SizeError(RefusedError):
    words = N_("The size must be 1 or more, and so must the number of draws.")


class InfeasibleError(LotteryError):
    """No panel meets the quotas. `suggestions` are the smallest changes that would make one possible."""

    words = N_("No group of %(k)s people meets all the quotas.")

    def __init__(self, *, suggestions: list[dict[str, Any]], k: int) -> None:
        super().__init__(k=k)
        self.suggestions = suggestions


class SolverError(LotteryError):
    """The solver gave up: a fault of ours, never of the person's."""

    words = N_("The draw could not be worked out: the solver answered “%(status)s”.")
