"""What people read before they choose how to be paid; kept by version with each choice."""

from __future__ import annotations

from core.errors import N_

#: Purpose (a kind of claim) -> the paragraphs shown.
ADVICE: dict[str, tuple[str, ...]] = {
    "time": (
        N_("Money for your time is income. You may have to pay tax on it. It can change your benefits."),
        N_("If you get benefits, ask for advice before you choose. You can take time to decide."),
        N_("A voucher can count as income too."),
        N_("Citizens Advice and your Jobcentre can tell you what it means for you. Their advice is free."),
        N_("You can say no to the money and still take part. You can change your mind until we have authorised it."),
    ),
    "costs": (
        N_("Money that pays you back what you spent is not income. It does not change your benefits or your tax."),
    ),
}
