"""Forms for authors: the survey, a section, a question of any type, publishing, and a wording fix."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from core.errors import N_
from core.forms import Answered, Form, strip
from i18n import languages
from surveys import types
from surveys.document import Document, Question
from surveys.services.authoring import LONGEST
from surveys.types.base import QuestionType

PAGING_NAMES = {"question": N_("One question on each page"), "section": N_("One section on each page")}


def _limit(most: int) -> Length:
    return Length(max=most, message=_l("Write %(limit)s characters or fewer.", limit=most))


def _long(label: Any, most: int = LONGEST, hint: Any = "") -> Field:
    return TextAreaField(label, [_limit(most)], filters=[strip], description=hint)


def _short(label: Any, *validators: Any, most: int = 500, hint: Any = "") -> Field:
    return StringField(label, [*validators, _limit(most)], filters=[strip], description=hint)


class WholeNumberField(IntegerField):
    """A whole number, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = int(valuelist[0])
            except ValueError:
                raise ValueError(self.gettext(str(_l("Enter a whole number.")))) from None


class RevisionForm(Form):
    """A form that changes a survey: it carries the revision its reader saw."""

    revision = HiddenField()

    @property
    def seen(self) -> int:
        """The revision the reader saw; -1, which none is, when the field was tampered with."""
        text = str(self.revision.data or "")
        return int(text) if text.isdigit() and len(text) < 10 else -1


def _language_choices() -> list[Any]:
    return [SelectChoice(l.tag, _l(l.english_name)) for l in languages.LANGUAGES if l is not languages.SOURCE]  # noqa: E741


class SurveyForm(RevisionForm):
    """The survey as a whole, as staff know it."""

    name = _short(
        _l("Name"), Answered(_l("Enter a name.")), most=200, hint=_l("For staff. The public sees the survey's title.")
    )
    languages = SelectMultipleField(
        _l("Which languages will it be in, beside English?"),
        choices=_language_choices(),
        description=_l("Choose all that apply."),
    )
    paging = RadioField(
        _l("How many questions on a page?"),
        [Answered(_l("Choose how many questions stand on a page."))],
        choices=[SelectChoice(key, _l(name)) for key, name in PAGING_NAMES.items()],
        default="question",
    )


class TextsForm(RevisionForm):
    """What the public reads around the questions."""

    title = _short(_l("Title of the survey"), Answered(_l("Enter a title.")), most=200)
    introduction = _long(
        _l("Introduction"),
        hint=_l("What you want to say before the first question. The plan of the engagement is shown in any case."),
    )
    thanks = _long(_l("Words of thanks at the end"))


class SectionForm(RevisionForm):
    """A section's own words."""

    title = _short(_l("Heading of the section"), most=200)
    introduction = _long(_l("Introduction of the section"))


class TypeForm(Form):
    """What kind of question to add."""

    type = RadioField(
        _l("What kind of question?"),
        [Answered(_l("Choose a kind of question."))],
        choices=[SelectChoice(t.key, _l(t.name)) for t in types.TYPES.values()],
    )


def question_form(
    kind: QuestionType, question: Question, document: Document, section_names: dict[str, str]
) -> type[RevisionForm]:
    """Return the form of one question: the fields its type needs, and one for each of its options."""
    fields: dict[str, Any] = {
        "text": _long(_l("Question"), 500, _l("Ask one thing, in words everybody uses.")),
        "hint": _long(_l("Hint (optional)"), 1000, _l("Shown in grey under the question.")),
    }
    for part in kind.parts(question):
        if part.key not in fields and not part.key.startswith("option:"):
            fields[part.key] = _short(_l(part.label), most=200)
    for number, option in enumerate(question.options, 1):
        fields[f"option-{option.value}"] = _short(_l("Answer %(number)s", number=number), most=300)
        if kind.may_exclude:
            fields[f"exclusive-{option.value}"] = BooleanField(_l("Cannot be chosen with others, like “None of these”"))
    if kind.has_options:
        fields["new_option"] = _long(_l("Add answers"), 3000, _l("Write each answer on a line of its own."))
    for setting in kind.settings:
        fields[f"setting-{setting.key}"] = WholeNumberField(
            _l(setting.label), [Optional()], description=_l(setting.hint) if setting.hint else ""
        )
    fields |= {
        "required": BooleanField(_l("People must answer this question")),
        "dont_know": BooleanField(_l("Offer “I do not know”")),
        "prefer_not": BooleanField(_l("Offer “Prefer not to say”")),
        "section_id": SelectField(
            _l("Section"), choices=[SelectChoice(s.id, section_names[s.id]) for s in document.sections]
        ),
    }
    return type("QuestionForm", (RevisionForm,), fields)


def publish_form(tags: list[str], needing_reason: list[str]) -> type[RevisionForm]:
    """Return the form of publishing: which languages, and why one goes out although it is not complete."""
    fields: dict[str, Any] = {
        "languages": SelectMultipleField(
            _l("Publish in which languages?"),
            [Answered(_l("Choose at least one language."))],
            choices=[SelectChoice(tag, _l(languages.get(tag).english_name)) for tag in tags],
        )
    }
    for tag in needing_reason:
        fields[f"reason_{tag}"] = _long(
            _l(
                "Why is %(language)s published although it is not complete?",
                language=_l(languages.get(tag).english_name),
            ),
            1000,
            _l("Only if you chose it. The public is shown these words. What is missing will be in English."),
        )
    return type("PublishForm", (RevisionForm,), fields)


class FixForm(Form):
    """New words with the same meaning, and why."""

    text = _long(_l("New text"))
    reason = _short(_l("Why do you change it?"), hint=_l("For example: a word was spelled wrong. This is kept."))
    same_meaning = BooleanField(
        _l("The meaning stays the same"),
        description=_l("Somebody who has answered already would give the same answer."),
    )

    def validate_same_meaning(self, field: Field) -> None:
        """Refuse an unticked box: what changes the meaning needs a new version."""
        if not field.data:
            raise ValidationError(
                str(_l("Tick this only if it is so. If the meaning changes, publish a new version of the survey."))
            )
