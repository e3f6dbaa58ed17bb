"""What people read before they choose how to be paid, and what they declare; kept by version with each choice."""

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

#: Purpose -> what somebody says by the button beneath it.
DECLARED: dict[str, tuple[str, ...]] = {
    "sending": (N_("By sending this you tell us that it is true, and that nobody else pays this money back to you."),),
    "sending_for": (
        N_("By sending this you say that you entered what the person told you, and that the claim is not your own."),
    ),
    "deciding": (
        N_("This claim is not mine, nor that of a relative, a friend or somebody I live or work closely with"),
    ),
}

#: How what is left of money given before the day is given back, until the administrator says it in other words.
GIVE_BACK: str = N_(
    "Ring us on %(phone)s or write to %(email)s before you send any money. We tell you where to pay it. "
    "Please do not send cash. If you cannot give it back now, tell us. We will find a way together."
)
