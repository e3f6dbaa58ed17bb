"""The same questions when staff enter a claim for somebody: they speak of the person, not to them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core.errors import N_
from core.forms import Form
from expenses.forms import claiming as forms
from expenses.models import ForWhom, PaymentMethod

#: Form -> field -> what it asks of staff.
_LABELS: dict[type[Form], dict[str, str]] = {
    forms.WhoForm: {"for_words": N_("If it was not their own, who was it? (optional)")},
    forms.KindForm: {"category": N_("What did they pay for?")},
    forms.JourneyForm: {
        "origin": N_("Where did they start?"),
        "destination": N_("Where did they go?"),
        "back": N_("And back: they came back the same way"),
    },
    forms.TimeForm: {"role": N_("What did they do?")},
    forms.NoReceiptForm: {"no_receipt": N_("Why do they not have a receipt?")},
    forms.AnotherForm: {"another": N_("Is there another cost to add?")},
    forms.PaymentForm: {
        "method": N_("How do they want us to pay them?"),
        "charity": N_("If they choose a charity, which one?"),
    },
}
_HINTS: dict[type[Form], dict[str, str]] = {
    forms.WhoForm: {"for_words": N_("For example: a daughter who drives them.")},
    forms.NoteForm: {"note": N_("For example: they took a taxi because there was no bus.")},
}
WHOM: dict[str, str] = {
    ForWhom.SELF: N_("Their own cost"),
    ForWhom.CARER: N_("The cost of somebody who came to care for them"),
    ForWhom.ASSISTANT: N_("The cost of their personal assistant"),
}
METHODS: dict[str, str] = {
    PaymentMethod.BANK: N_("Into a bank account"),
    PaymentMethod.VOUCHER: N_("With a voucher"),
    PaymentMethod.CHARITY: N_("Give the money to a charity"),
    PaymentMethod.NONE: N_("They do not want to be paid"),
}
#: Form -> field -> the words of its choices.
_CHOICES: dict[type[Form], dict[str, dict[str, str]]] = {
    forms.WhoForm: {"for_whom": WHOM},
    forms.PaymentForm: {"method": METHODS},
}


def speak_of_them(form: Form) -> None:
    """Put the words for staff onto a form of a claim; what is the same for both is left."""
    kind = type(form)
    for name, words in _LABELS.get(kind, {}).items():
        if name in form:
            form[name].label.text = _(words)
    for name, words in _HINTS.get(kind, {}).items():
        form[name].description = _(words)
    for name, choices in _CHOICES.get(kind, {}).items():
        _reword(form[name], choices)


def _reword(field: Any, words: dict[str, str]) -> None:
    field.choices = [(value, _(words[value])) for value, *_rest in field.choices]
