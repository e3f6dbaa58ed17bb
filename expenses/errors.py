"""What can go wrong in this room, in words for the person it happens to."""

from __future__ import annotations

from core.errors import N_, DomainError


class ClaimMovedError(DomainError):
    """Somebody else was faster, or the claim stands where this cannot be done."""

    words = N_("Somebody has changed this claim in the meantime. Look at it again before you go on.")


class OwnClaimError(DomainError):
    """Claimant, approver, authoriser and payer are different people."""

    words = N_("You took part in this claim already. Somebody else has to do this.")


class SameWayError(DomainError):
    """The money came back from there, and the account there is still the same."""

    words = N_("Your money came back to us from there. Choose another way.")
    field = "method"


class PastDayError(DomainError):
    """What was to be asked before the day is asked after it."""

    words = N_("The day is past. Send us a claim for what it cost.")
    field = "day"


class NothingAskedError(DomainError):
    """A question before the day says for what, on which day, and why."""

    words = N_("Something is still missing. Answer every question before you send it.")


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


class WrongReasonError(NoReasonError):
    """The reason says why less is given, and the line is paid against the policy; or the other way round."""

    words = N_("Choose a reason that says why you decide so: this one is for something else.")


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


class NoBudgetLeftError(OverBudgetError):
    """What we book ourselves has no second signature: the budget is raised first."""

    words = N_("This goes over the budget. Ask the person who holds the budget to raise it first.")
    field = "pence"


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


class RunMovedError(ClaimMovedError):
    """Somebody else was faster, or the run stands where this cannot be done."""

    words = N_("Somebody has changed this payment run in the meantime. Look at it again before you go on.")


class NothingToPayError(DomainError):
    """A run needs at least one claim."""

    words = N_("Choose at least one claim to pay.")
    field = "claims"


class NotAProcessingDayError(DomainError):
    """Banks pay on working days, not today any more, and take files up to thirty days ahead."""

    words = N_("Choose a working day from tomorrow on, at most 30 days ahead. Banks do not pay on bank holidays.")
    field = "pay_on"


class NoPayerAccountError(DomainError):
    """A file for the bank needs the account it pays from."""

    words = N_("Enter the account of your organisation before you pay into accounts.")


class ImplausibleAccountError(DomainError):
    """The modulus check says that the account number cannot belong to the sort code."""

    words = N_("This account number does not go with this sort code. Check both on your bank card.")
    field = "account"


class ChangedFileError(DomainError):
    """A file of a run came out otherwise than the first time: something was changed behind the program's back."""

    words = N_(
        "This file is not the same as when it was first made. Do not send it. Tell whoever looks after the system."
    )


class ForgottenError(DomainError):
    """A list says where vouchers went; of somebody who left and is owed nothing, that is deleted."""

    words = N_("This file cannot be made again. Somebody in it has left, and their name and address are deleted.")


class BudgetMovedError(DomainError):
    """Two people change a budget: the second looks again."""

    words = N_("Somebody has changed this budget in the meantime. Look at it again before you save.")


class BudgetPeriodError(DomainError):
    """One budget for an engagement on any day."""

    words = N_("The engagement has a budget for some of these days already.")
    field = "starts_on"


class NothingToDeleteError(DomainError):
    """What a person agreed to delete is not what would be deleted now."""

    words = N_("There is nothing to delete, or the day has changed since you looked. Look again.")
