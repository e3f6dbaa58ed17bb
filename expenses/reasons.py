"""Why an approver gives less than was asked, or more than the policy gives: keys kept, words shown."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import N_

#: Why less, or nothing.
LESS: dict[str, str] = {
    "over_cap": N_("It is more than we can repay for this."),
    "not_covered": N_("We cannot repay this kind of cost."),
    "no_receipt": N_("We need a receipt for this."),
    "late": N_("It was sent to us too late."),
    "not_agreed": N_("You did not ask us before the day."),
    "duplicate": N_("We have repaid this already."),
    "wrong_amount": N_("The receipt shows another amount."),
    "other_less": N_("Another reason, which we tell you below."),
}
#: Why it is given although the policy would not have it.
MORE: dict[str, str] = {
    "access_need": N_("You needed it to be able to take part."),
    "no_other_way": N_("There was no other way to get there."),
    "our_mistake": N_("We told you something else before."),
    "receipt_lost": N_("The receipt is lost and we believe you."),
    "other_more": N_("We made an exception, and tell you why below."),
}
REASONS: dict[str, str] = LESS | MORE


def fitting(*, in_full: bool, beyond: bool) -> Mapping[str, str]:
    """Return the reasons that say why so much is given; none are needed for all that was asked within the policy.

    `in_full`: all that was asked for. `beyond`: more than the policy gives, or against one of its rules; then a reason
    for giving less says nothing of why the rule is broken.
    """
    if in_full:
        return MORE if beyond else {}
    return REASONS if beyond else LESS
