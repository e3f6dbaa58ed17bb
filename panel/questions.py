"""The equality questions: standard wording, order and options, as data.

Wording and order follow the GOV.UK equality information pattern; the ethnic groups are the 19 of Census 2021, which
adds Roma; carer, pregnancy and language questions are not in that pattern. All can be skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import N_

PREFER_NOT = "prefer_not_to_say"
#: What the keys of answers to questions on attitudes begin with; they lie beside the equality answers.
VIEW = "attitude:"


@dataclass(frozen=True)
class Option:
    """One answer: what is stored, what is said; `writes_in` when the person may say it in their own words."""

    value: str
    label: str
    hint: str = ""
    writes_in: str = ""


@dataclass(frozen=True)
class Question:
    """One question. `applies_when` is (key of an earlier question, the answers that lead here)."""

    key: str
    #: The part of the address: /join/<slug>.
    slug: str
    text: str
    #: What it is called in a list of answers.
    short: str
    options: tuple[Option, ...]
    hint: str = ""
    applies_when: tuple[str, frozenset[str]] | None = None
    values: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozenset(o.value for o in self.options) | {PREFER_NOT})

    def applies(self, answers: Mapping[str, Any]) -> bool:
        """Return whether the question is put to a person who gave `answers`."""
        if self.applies_when is None:
            return True
        key, leads_here = self.applies_when
        return (answers.get(key) or {}).get("value") in leads_here

    def option(self, value: str) -> Option | None:
        """Return the option stored as `value`."""
        return next((o for o in self.options if o.value == value), None)


_OWN_WORDS = N_("How would you describe your background? (optional)")


def _after(key: str, *values: str) -> tuple[str, frozenset[str]]:
    return key, frozenset(values)


def _ethnic(slug: str, parent: str, text: str, *options: Option) -> Question:
    short = N_("Ethnic background")
    return Question(f"ethnic_{parent}", slug, text, short, options, applies_when=_after("ethnic_group", parent))


DATE_OF_BIRTH = Question(
    "date_of_birth",
    "date-of-birth",
    N_("What is your date of birth?"),
    N_("Date of birth"),
    (),
    hint=N_("For example, 27 3 1985. You can give only the year, or leave this blank if you prefer not to say."),
)

QUESTIONS: tuple[Question, ...] = (
    DATE_OF_BIRTH,
    Question(
        "condition",
        "health-condition",
        N_(
            "Do you have any physical or mental health conditions or illness "
            "lasting or expected to last 12 months or more?"
        ),
        N_("Health condition lasting 12 months or more"),
        (Option("yes", N_("Yes")), Option("no", N_("No"))),
    ),
    Question(
        "condition_effect",
        "effect-of-condition",
        N_("Do any of your conditions or illnesses reduce your ability to carry out day to day activities?"),
        N_("Effect on day to day activities"),
        (
            Option("a_lot", N_("Yes, a lot")),
            Option("a_little", N_("Yes, a little")),
            Option("not_at_all", N_("Not at all")),
        ),
        applies_when=_after("condition", "yes"),
    ),
    Question(
        "ethnic_group",
        "ethnic-group",
        N_("What is your ethnic group?"),
        N_("Ethnic group"),
        (
            Option("white", N_("White")),
            Option("mixed", N_("Mixed or multiple ethnic groups")),
            Option("asian", N_("Asian or Asian British")),
            Option("black", N_("Black, African, Caribbean or Black British")),
            Option("other", N_("Other ethnic group")),
        ),
    ),
    _ethnic(
        "white-background",
        "white",
        N_("Which of the following best describes your White ethnic group or background?"),
        Option(
            "english_welsh_scottish_northern_irish_british", N_("English, Welsh, Scottish, Northern Irish or British")
        ),
        Option("irish", N_("Irish")),
        Option("gypsy_or_irish_traveller", N_("Gypsy or Irish Traveller")),
        Option("roma", N_("Roma")),
        Option("other_white", N_("Any other White background"), writes_in=_OWN_WORDS),
    ),
    _ethnic(
        "mixed-background",
        "mixed",
        N_("Which of the following best describes your mixed or multiple ethnic groups or background?"),
        Option("white_and_black_caribbean", N_("White and Black Caribbean")),
        Option("white_and_black_african", N_("White and Black African")),
        Option("white_and_asian", N_("White and Asian")),
        Option("other_mixed", N_("Any other mixed or multiple ethnic background"), writes_in=_OWN_WORDS),
    ),
    _ethnic(
        "asian-background",
        "asian",
        N_("Which of the following best describes your Asian or Asian British background?"),
        Option("indian", N_("Indian")),
        Option("pakistani", N_("Pakistani")),
        Option("bangladeshi", N_("Bangladeshi")),
        Option("chinese", N_("Chinese")),
        Option("other_asian", N_("Any other Asian background"), writes_in=_OWN_WORDS),
    ),
    _ethnic(
        "black-background",
        "black",
        N_("Which of the following best describes your Black, African, Caribbean or Black British background?"),
        Option("african", N_("African")),
        Option("caribbean", N_("Caribbean")),
        Option("other_black", N_("Any other Black, African or Caribbean background"), writes_in=_OWN_WORDS),
    ),
    _ethnic(
        "other-background",
        "other",
        N_("Which of the following best describes your background?"),
        Option("arab", N_("Arab")),
        Option("any_other", N_("Any other ethnic group"), writes_in=_OWN_WORDS),
    ),
    Question(
        "marital",
        "marital-status",
        N_("What is your legal marital or registered civil partnership status?"),
        N_("Marital or civil partnership status"),
        (
            Option("never", N_("Never married and never registered in a civil partnership")),
            Option("married", N_("Married")),
            Option("partnership", N_("In a registered civil partnership")),
            Option("separated_married", N_("Separated, but still legally married")),
            Option("separated_partnership", N_("Separated, but still legally in a civil partnership")),
            Option("divorced", N_("Divorced")),
            Option("dissolved", N_("Formerly in a civil partnership which is now legally dissolved")),
            Option("widowed", N_("Widowed")),
            Option("surviving_partner", N_("Surviving partner from a registered civil partnership")),
        ),
    ),
    Question(
        "religion",
        "religion",
        N_("What is your religion?"),
        N_("Religion"),
        (
            Option("no_religion", N_("No religion")),
            Option(
                "christian",
                N_("Christian"),
                hint=N_("Including Church of England, Catholic, Protestant and all other Christian denominations."),
            ),
            Option("buddhist", N_("Buddhist")),
            Option("hindu", N_("Hindu")),
            Option("jewish", N_("Jewish")),
            Option("muslim", N_("Muslim")),
            Option("sikh", N_("Sikh")),
            Option("other_religion", N_("Any other religion"), writes_in=N_("Which religion? (optional)")),
        ),
    ),
    Question(
        "sex",
        "sex",
        N_("What is your sex?"),
        N_("Sex"),
        (Option("female", N_("Female")), Option("male", N_("Male"))),
    ),
    Question(
        "gender_identity",
        "gender-identity",
        N_("Is the gender you identify with the same as your sex registered at birth?"),
        N_("Gender the same as sex registered at birth"),
        (
            Option("yes", N_("Yes")),
            Option("no", N_("No"), writes_in=N_("What is your gender identity? (optional)")),
        ),
    ),
    Question(
        "orientation",
        "sexual-orientation",
        N_("Which of the following best describes your sexual orientation?"),
        N_("Sexual orientation"),
        (
            Option("straight", N_("Heterosexual or straight")),
            Option("gay_or_lesbian", N_("Gay or lesbian")),
            Option("bisexual", N_("Bisexual")),
            Option("other", N_("Other"), writes_in=N_("How would you describe your sexual orientation? (optional)")),
        ),
    ),
    Question(
        "carer",
        "caring-for-somebody",
        N_(
            "Do you look after, or give any help or support to, anyone because they have long-term physical or mental "
            "health conditions or illnesses, or problems related to old age?"
        ),
        N_("Looking after somebody"),
        (
            Option("no", N_("No")),
            Option("up_to_9", N_("Yes, 9 hours a week or less")),
            Option("10_to_19", N_("Yes, 10 to 19 hours a week")),
            Option("20_to_34", N_("Yes, 20 to 34 hours a week")),
            Option("35_to_49", N_("Yes, 35 to 49 hours a week")),
            Option("50_or_more", N_("Yes, 50 hours a week or more")),
        ),
        hint=N_("Do not count anything you do as part of your paid job."),
    ),
    Question(
        "pregnancy",
        "pregnancy",
        N_("Are you pregnant now, or have you given birth in the last 26 weeks?"),
        N_("Pregnancy and maternity"),
        (Option("yes", N_("Yes")), Option("no", N_("No"))),
    ),
    Question(
        "main_language",
        "main-language",
        N_("What is your main language?"),
        N_("Main language"),
        (
            Option("english", N_("English")),
            Option(
                "other",
                N_("Another language, including British Sign Language"),
                writes_in=N_("Which language? (optional)"),
            ),
        ),
    ),
    Question(
        "english",
        "speaking-english",
        N_("How well can you speak English?"),
        N_("Speaking English"),
        (
            Option("very_well", N_("Very well")),
            Option("well", N_("Well")),
            Option("not_well", N_("Not well")),
            Option("not_at_all", N_("Not at all")),
        ),
        applies_when=_after("main_language", "other"),
    ),
)

BY_KEY: dict[str, Question] = {q.key: q for q in QUESTIONS}
BY_SLUG: dict[str, Question] = {q.slug: q for q in QUESTIONS}
#: The second step of the ethnic group, by the first step's answer.
ETHNIC_BACKGROUNDS: dict[str, Question] = {
    q.applies_when[1].__iter__().__next__(): q
    for q in QUESTIONS
    if q.applies_when and q.applies_when[0] == "ethnic_group"
}


def keep_what_applies(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return `answers` without those to questions the other answers no longer lead to."""
    kept: dict[str, Any] = {}
    for question in QUESTIONS:
        if question.key in answers and question.applies(kept):
            kept[question.key] = answers[question.key]
    return kept | {key: answer for key, answer in answers.items() if key.startswith(VIEW)}
