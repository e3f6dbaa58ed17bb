"""The question types: the registry. Nothing else compares keys."""

from __future__ import annotations

from surveys.types.base import QuestionType
from surveys.types.multiple import SeveralChoices
from surveys.types.number import WholeNumber
from surveys.types.scale import Scale
from surveys.types.single import SingleChoice
from surveys.types.text import LongText, ShortText

#: In the order authors see them.
TYPES: dict[str, QuestionType] = {
    t.key: t for t in (SingleChoice(), SeveralChoices(), Scale(), WholeNumber(), ShortText(), LongText())
}


def get(key: str) -> QuestionType:
    """Return the type stored as `key`; raises KeyError."""
    return TYPES[key]
