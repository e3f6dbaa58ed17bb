"""What people are asked to agree to, each for itself, in words that are kept by version."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import N_


@dataclass(frozen=True)
class Purpose:
    """One thing to agree to: the question, the words agreed to, and what it is called in a list."""

    key: str
    title: str
    wording: str
    short: str


PURPOSES: dict[str, Purpose] = {
    p.key: p
    for p in (
        Purpose(
            "panel",
            N_("Do you agree to join the panel?"),
            N_(
                "I agree to be a member of the panel. You may keep the details I gave and invite me to take part in "
                "surveys and other work. I can pause or leave at any time."
            ),
            N_("Being on the panel"),
        ),
        Purpose(
            "newsletter",
            N_("Do you want our newsletter?"),
            N_(
                "I agree that you may send me a newsletter about what people told us and what changed. "
                "I can stop it at any time."
            ),
            N_("Newsletter"),
        ),
        Purpose(
            "research_contact",
            N_("May we ask you about taking part in research?"),
            N_(
                "I agree that you may contact me about research by the NHS or a university. You will not give them my "
                "details. I can say no each time, and change my mind at any time."
            ),
            N_("Being asked about research"),
        ),
    )
}
