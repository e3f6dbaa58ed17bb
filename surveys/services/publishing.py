"""Publishing: a draft becomes an immutable version, in which only wording that keeps its meaning may be mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from core import audit, clock
from core.database import db, lock_name
from core.errors import N_, DomainError
from i18n import languages
from surveys import document as documents
from surveys import types, wording
from surveys.document import Document
from surveys.models import Survey, SurveyVersion, Wording, WordingFix
from surveys.queries import wording as wording_queries
from surveys.services.authoring import LONGEST, draft
from surveys.types.base import Flaw
from surveys.wording import Progress, Text


class NotReadyError(DomainError):
    words = N_("This survey is not ready to be published. Mend what is listed below first.")


class NoLanguageError(DomainError):
    words = N_("Choose at least one language.")
    field = "languages"


class IncompleteLanguageError(DomainError):
    """Raised with `language`, its English name, and `field` set to the reason's."""

    words = N_("%(language)s is not complete. Complete it, leave it out, or write why it is published as it is.")


class NothingChangedError(DomainError):
    words = N_("Change the text, or go back if it is right as it is.")
    field = "text"


class NoReasonError(DomainError):
    words = N_("Write why you change this.")
    field = "reason"


class EmptyTextError(DomainError):
    words = N_("Write the new text. It cannot be empty.")
    field = "text"


class NoSuchTextError(DomainError):
    words = N_("This version has no such text.")


def flaws_of(document: Document) -> list[tuple[str, Flaw]]:
    """Return (question id, flaw) for everything that keeps questions from being asked; "" for the survey itself."""
    found = [(q.id, flaw) for q in document.questions for flaw in types.get(q.type).validate(q)]
    if not any(True for _ in document.questions):
        found.append(("", Flaw(N_("Add at least one question."), {})))
    return found


def standing(survey: Survey) -> dict[str, Progress]:
    """Return how far each language of the survey is, in one query."""
    document, book = draft(survey), wording_queries.get_book(survey.id)
    return {tag: book.progress(document, tag) for tag in survey.languages}


def publish(survey: Survey, tags: Iterable[str], reasons: Mapping[str, str], by: str) -> SurveyVersion:
    """Freeze the draft with its wording in `tags` as the next version.

    A language that is not complete needs a reason in `reasons`, which the public is shown. Raises NotReadyError when
    questions cannot be asked or the source language is not complete, NoLanguageError, IncompleteLanguageError.
    """
    wanted = [tag for tag in languages.TAGS if tag in set(tags)]
    if not wanted:
        raise NoLanguageError
    document, book = draft(survey), wording_queries.get_book(survey.id)
    if flaws_of(document) or not book.progress(document, wording.SOURCE).complete:
        raise NotReadyError
    incomplete = _decisions(document, book, wanted, reasons)
    lock_name(f"survey:{survey.id}:version")
    last = db.session.scalar(sa.select(sa.func.max(SurveyVersion.number)).where(SurveyVersion.survey_id == survey.id))
    version = SurveyVersion(
        survey_id=survey.id,
        number=(last or 0) + 1,
        document=documents.to_json(Document(document.sections, document.paging)),
        wording=dict(book.everything(document, wanted)),
        languages=wanted,
        incomplete=incomplete,
        wording_revision=1,
        published_at=clock.now(),
        published_by=by,
    )
    db.session.add(version)
    db.session.flush()
    audit.record(
        "survey.published",
        f"survey:{survey.id}",
        after={"version": version.id, "number": version.number, "languages": wanted, "incomplete": incomplete},
    )
    return version


def _decisions(document: Document, book: wording.Book, wanted: list[str], reasons: Mapping[str, str]) -> dict[str, str]:
    incomplete = {}
    for tag in wanted:
        if book.progress(document, tag).complete:
            continue
        reason = reasons.get(tag, "").strip()
        if not reason:
            raise IncompleteLanguageError(language=languages.get(tag).english_name, field=f"reason_{tag}")
        incomplete[tag] = reason
    return incomplete


def texts_of_version(version: SurveyVersion) -> list[Text]:
    """Return every text a published version has or could have."""
    return wording.texts_of(documents.from_json(version.document))


def fix_wording(
    version: SurveyVersion, *, tag: str, item: str, part: str, text: str, reason: str, by: str
) -> WordingFix:
    """Mend one text of a published version without changing its meaning, on the record, and in the draft alike.

    In the draft the translations made from the old words stay current, because the meaning is the same. Raises
    NothingChangedError, EmptyTextError, NoReasonError, NoSuchTextError.
    """
    before = _text_to_fix(version, tag, item, part)
    if not reason:
        raise NoReasonError
    if not text:
        raise EmptyTextError
    if len(text) > LONGEST or text == before:
        raise NothingChangedError
    words = {language: {i: dict(parts) for i, parts in items.items()} for language, items in version.wording.items()}
    words[tag].setdefault(item, {})[part] = text
    version.wording, version.wording_revision = words, version.wording_revision + 1
    fix = WordingFix(
        version_id=version.id,
        language=tag,
        item=item,
        part=part,
        before=before,
        after=text,
        reason=reason,
        at=clock.now(),
        by=by,
    )
    db.session.add(fix)
    _fix_draft(version.survey_id, fix)
    db.session.flush()
    audit.record(
        "survey.wording_fixed",
        f"survey_version:{version.id}",
        {"language": tag, "item": item, "part": part, "text": before},
        {"text": text, "reason": reason, "wording_revision": version.wording_revision},
    )
    return fix


def _text_to_fix(version: SurveyVersion, tag: str, item: str, part: str) -> str:
    if tag not in version.wording or not any(t.key == (item, part) for t in texts_of_version(version)):
        raise NoSuchTextError
    # A hint that was never there would be new content, not the same in better words.
    if not version.wording[wording.SOURCE].get(item, {}).get(part):
        raise NoSuchTextError
    return version.wording[tag].get(item, {}).get(part, "")


def _fix_draft(survey_id: int, fix: WordingFix) -> None:
    """Carry a fix over into the draft where the draft still says the same."""
    mine = sa.select(Wording).where(Wording.survey_id == survey_id, Wording.item == fix.item, Wording.part == fix.part)
    rows = {row.language: row for row in db.session.scalars(mine)}
    row = rows.get(fix.language)
    if row is None or row.text != fix.before:
        return
    old_hash, new_hash = wording.source_hash(fix.before), wording.source_hash(fix.after)
    row.text, row.updated_at, row.updated_by = fix.after, clock.now(), fix.by
    if fix.language != wording.SOURCE:
        return
    row.source_hash = new_hash
    for translation in rows.values():
        if translation.source_hash == old_hash:
            translation.source_hash = new_hash
