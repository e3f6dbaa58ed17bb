"""Writing a questionnaire: every change to a draft and its wording, guarded by the survey's revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from core import audit, clock
from core.database import db, lock_name
from core.errors import N_, DomainError, NotFoundError
from i18n import languages
from surveys import document as documents
from surveys import editing, types, wording
from surveys.document import PAGINGS, SURVEY_ITEM, Document, Option, Question, Section
from surveys.models import Survey, Wording
from surveys.queries import wording as wording_queries
from surveys.wording import Book, Key

#: A text longer than this is a mistake of pasting.
LONGEST = 5000
MOST_OPTIONS = 60
MOST_QUESTIONS = 200


class EditConflictError(DomainError):
    """Somebody else changed the survey after this page was opened."""

    words = N_("Somebody else has changed this survey since you opened this page. Nothing of yours is saved yet.")


class TooLongError(DomainError):
    words = N_("Write %(limit)s characters or fewer.")


class TooManyError(DomainError):
    words = N_("There can be at most %(limit)s here.")


class UnknownLanguageError(DomainError):
    words = N_("Choose languages from the list.")
    field = "languages"


@dataclass(frozen=True)
class Translated:
    """A translation, with the hash of the source text the translator had in front of them."""

    text: str
    source_hash: str
    #: The translator says that the present text still fits.
    still_right: bool = False


def create_survey(engagement_id: int, name: str, tags: Iterable[str], paging: str = "question") -> Survey:
    """Make a draft with one empty section; its public title is `name` until somebody writes another."""
    now = clock.now()
    document = Document(sections=(Section(documents.new_section_id()),), paging=paging)
    survey = Survey(
        engagement_id=engagement_id,
        name=name,
        draft=documents.to_json(document),
        languages=_offered(tags),
        created_at=now,
        updated_at=now,
        revision=1,
    )
    db.session.add(survey)
    db.session.flush()
    _write(survey, Book([]), wording.SOURCE, {(SURVEY_ITEM, "title"): name}, "system")
    audit.record("survey.created", f"survey:{survey.id}", after={"engagement": engagement_id, "name": name})
    return survey


def open_for_edit(survey_id: int, revision: int) -> Survey:
    """Return the survey, held for this transaction, with its revision raised.

    Raises NotFoundError, or EditConflictError when `revision` is not the present one.
    """
    survey = hold(survey_id, revision)
    survey.revision += 1
    survey.updated_at = clock.now()
    return survey


def hold(survey_id: int, revision: int) -> Survey:
    """Return the survey as its reader saw it at `revision`, held for this transaction; raises as `open_for_edit`."""
    survey = db.session.get(Survey, survey_id, with_for_update=True, populate_existing=True)
    if survey is None:
        raise NotFoundError
    if survey.revision != revision:
        raise EditConflictError
    return survey


def draft(survey: Survey) -> Document:
    """Return the draft as a document."""
    return documents.from_json(survey.draft)


def change_settings(survey: Survey, *, name: str, tags: Iterable[str], paging: str) -> None:
    """Change the survey's name for staff, the languages it is to be offered in, and its paging."""
    if paging not in PAGINGS:
        raise ValueError("paging")
    before = {"name": survey.name, "languages": survey.languages, "paging": survey.draft["paging"]}
    survey.name, survey.languages = name, _offered(tags)
    _change(survey, lambda d: replace(d, paging=paging))
    after = {"name": name, "languages": survey.languages, "paging": paging}
    audit.record("survey.settings_changed", f"survey:{survey.id}", before, after)


def change_texts(survey: Survey, texts: Mapping[Key, str], by: str) -> None:
    """Write texts in the source language; translations of those that change become stale and stay."""
    _write(survey, wording_queries.get_book(survey.id, []), wording.SOURCE, texts, by)


def add_section(survey: Survey, texts: Mapping[str, str], by: str) -> Section:
    """Append a section with its `title` and `introduction`."""
    section = Section(documents.new_section_id())
    _change(survey, lambda d: editing.add_section(d, section))
    change_texts(survey, {(section.id, part): text for part, text in texts.items()}, by)
    _record(survey, "section_added", section.id)
    return section


@dataclass(frozen=True)
class QuestionPlan:
    """A question as an author filled it in. `options` are (value, text, exclusive); `new_options` only texts."""

    type: str
    section_id: str
    texts: Mapping[str, str]
    required: bool = False
    dont_know: bool = False
    prefer_not: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[tuple[str, str, bool], ...] = ()
    new_options: tuple[str, ...] = ()


def add_question(survey: Survey, plan: QuestionPlan, by: str) -> Question:
    """Append a question to its section."""
    if len(list(draft(survey).questions)) >= MOST_QUESTIONS:
        raise TooManyError(limit=MOST_QUESTIONS)
    question = Question(documents.new_question_id(), types.get(plan.type).key)
    _change(survey, lambda d: editing.add_question(d, plan.section_id, question))
    return save_question(survey, question.id, plan, by, "question_added")


def save_question(
    survey: Survey, question_id: str, plan: QuestionPlan, by: str, action: str = "question_changed"
) -> Question:
    """Set everything of a question but its id and type. Options it has and `plan` does not name stay as they are."""
    document = draft(survey)
    question = editing.question(document, question_id)
    kind = types.get(question.type)
    if not kind.has_options and (plan.options or plan.new_options):
        raise TypeError(question.type)
    exclusive = {value: only for value, _, only in plan.options}
    options = [replace(o, exclusive=exclusive.get(o.value, o.exclusive)) for o in question.options]
    texts = {part: text for part, text in plan.texts.items() if not part.startswith("option:")}
    texts |= {f"option:{value}": text for value, text, _ in plan.options}
    first = int(editing.next_option_value(document, question_id))
    for value, text in enumerate(plan.new_options, first):
        options.append(Option(str(value)))
        texts[f"option:{value}"] = text
    if len(options) > MOST_OPTIONS:
        raise TooManyError(limit=MOST_OPTIONS, field="new_option")
    changed = replace(
        question,
        required=plan.required,
        dont_know=plan.dont_know,
        prefer_not=plan.prefer_not,
        settings=MappingProxyType({s.key: plan.settings.get(s.key) for s in kind.settings}),
        options=tuple(options),
    )
    document = editing.replace_question(document, changed)
    document = editing.move_question_to(document, question_id, plan.section_id)
    _change(survey, lambda _: document)
    change_texts(survey, {(question_id, part): text for part, text in texts.items()}, by)
    audit.record(
        f"survey.{action}",
        f"survey:{survey.id}",
        before=documents.question_to_json(question) if action == "question_changed" else None,
        after=documents.question_to_json(changed),
    )
    return changed


def move(survey: Survey, kind: str, item_id: str, step: int, parent: str = "") -> None:
    """Move a section, question or option one place; `parent` is the question of an option."""
    moves: dict[str, Callable[[Document], Document]] = {
        "section": lambda d: editing.move_section(d, item_id, step),
        "question": lambda d: editing.move_question(d, item_id, step),
        "option": lambda d: editing.move_option(d, parent, item_id, step),
    }
    _change(survey, moves[kind])
    _record(survey, f"{kind}_moved", item_id)


def remove(survey: Survey, kind: str, item_id: str, parent: str = "") -> None:
    """Take out a section, question or option; its wording in every language stays."""
    removals: dict[str, Callable[[Document], Document]] = {
        "section": lambda d: editing.remove_section(d, item_id),
        "question": lambda d: editing.remove_question(d, item_id),
        "option": lambda d: editing.remove_option(d, parent, item_id),
    }
    _change(survey, removals[kind])
    _record(survey, f"{kind}_removed", item_id)


def restore(survey: Survey, kind: str, item_id: str, parent: str = "") -> None:
    """Put back what was taken out, with its wording."""
    _change(survey, lambda d: editing.restore(d, kind, item_id, parent))
    _record(survey, f"{kind}_restored", item_id)


def hold_wording(survey: Survey) -> None:
    """Let nobody else translate the survey before the transaction ends; its revision stays."""
    lock_name(f"survey.wording:{survey.id}")


def translate(survey: Survey, tag: str, texts: Mapping[Key, Translated], by: str) -> int:
    """Write translations into `tag`; return how many changed.

    An empty text leaves a translation as it is: no edit deletes one. The revision of the survey is not raised, because
    a translator changes nothing an author writes; a source text that changed meanwhile makes the translation stale.
    """
    if tag == wording.SOURCE or tag not in languages.BY_TAG:
        raise UnknownLanguageError
    book = wording_queries.get_book(survey.id, [tag])
    changed = {}
    for (item, part), entry in texts.items():
        row = book.row(tag, item, part)
        known = row.text if row else ""
        text = entry.text or known
        if text and (text != known or (entry.still_right and row and row.source_hash != entry.source_hash)):
            _put_row(survey, book, Wording(language=tag, item=item, part=part, text=text), entry.source_hash, by)
            changed[f"{item}/{part}"] = text
    if changed:
        db.session.flush()
        audit.record("survey.translated", f"survey:{survey.id}", after={"language": tag, "words": changed})
    return len(changed)


def _offered(tags: Iterable[str]) -> list[str]:
    wanted = set(tags)
    if not wanted <= set(languages.TAGS):
        raise UnknownLanguageError
    return [tag for tag in languages.TAGS if tag in wanted or tag == wording.SOURCE]


def _change(survey: Survey, change: Callable[[Document], Document]) -> None:
    survey.draft = documents.to_json(change(draft(survey)))
    db.session.flush()


def _write(survey: Survey, book: Book, tag: str, texts: Mapping[Key, str], by: str) -> None:
    before, after = {}, {}
    for (item, part), text in texts.items():
        if len(text) > LONGEST:
            raise TooLongError(limit=LONGEST, field=part)
        known = book.text(tag, item, part)
        if text != known:
            _put_row(survey, book, Wording(language=tag, item=item, part=part, text=text), None, by)
            before[f"{item}/{part}"], after[f"{item}/{part}"] = known, text
    if after:
        db.session.flush()
        audit.record("survey.worded", f"survey:{survey.id}", before, after)


def _put_row(survey: Survey, book: Book, new: Wording, source_hash: str | None, by: str) -> None:
    source_hash = source_hash or wording.source_hash(new.text)
    row = book.row(new.language, new.item, new.part)
    if row is None:
        row = new
        row.survey_id = survey.id
        db.session.add(row)
        book.put(row)
    row.text, row.source_hash = new.text, source_hash
    row.updated_at, row.updated_by = clock.now(), by


def _record(survey: Survey, action: str, item: str) -> None:
    audit.record(f"survey.{action}", f"survey:{survey.id}", after={"item": item, "revision": survey.revision})
