"""What can go wrong in this room, in words for the person it happens to."""

from __future__ import annotations

from core.errors import N_, DomainError


class ClaimMovedError(DomainError):
    """Somebody else was faster, or the claim stands where this cannot be done."""

    words = N_("Somebody has changed this claim in the meantime. Look at it again before you go on.")


class OwnClaimError(DomainError):
    """Claimant, approver, authoriser and payer are different people."""

    words = N_("You took part in this claim already. Somebody else has to do this.")


class PastDayError(DomainError):
    """What was to be asked before the day is asked after it."""

    words = N_("The day is past. Send us a claim for what it cost.")
    field = "day"


class NothingClaimedError(DomainError):
    """A claim needs at least one line that says everything."""

    words = N_("Add what it cost before you send your claim.")


class FutureDayError(DomainError):
    """A cost can be claimed from its day on."""

    words = N_("The day cannot be in the future.")
    field = "spent_on"


class NoReasonError(DomainError):
    """Giving less than was asked, or more than the policy gives, needs a reason."""

    words = N_("Choose a reason: this is not what was asked for, or not what the policy gives.")
    field = "reason"


class TooMuchError(DomainError):
    """More cannot be approved than was claimed."""

    words = N_("You cannot approve more than was asked for.")
    field = "approved"


class NothingSaidError(DomainError):
    """A question, an answer or a refusal needs words."""

    words = N_("Write what you want to say.")
    field = "words"


class OverBudgetError(DomainError):
    """Only the budget holder may authorise past the budget."""

    words = N_("This goes over the budget. The person who holds the budget has to authorise it.")


class PolicyDateError(DomainError):
    """Rates in use never change: new ones begin in the future, or at least not before the latest."""

    words = N_("There are figures from %(day)s already. New ones have to begin on a later day.")
    field = "valid_from"


class NoChoiceError(DomainError):
    """Nobody is paid for their time before they said how."""

    words = N_("Choose how you want to be paid before you send your claim.")


class HeldError(DomainError):
    """Nothing is paid into an account before its details have been known for a day."""

    words = N_("The bank details of claim %(reference)s were changed less than a day ago.")


class NoAccountError(DomainError):
    """There is nowhere to pay to."""

    words = N_("Claim %(reference)s has no bank details.")
