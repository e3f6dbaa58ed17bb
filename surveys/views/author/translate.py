"""Translating: the source beside the translation, one section a page; and what waits for a translator."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current
from core import access
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from engagements import queries as engagement_queries
from engagements import wording as engagement_wording
from engagements.models import EngagementState
from i18n import languages, translating
from i18n.translating import Box
from i18n.web import percent
from surveys import wording
from surveys.presenters import authoring as presenters
from surveys.queries import versions
from surveys.queries import wording as wording_queries
from surveys.services import authoring
from surveys.services.authoring import Translated
from surveys.views.author import blueprint
from surveys.views.author.common import by, find, refuse


def _languages() -> list[languages.Language]:
    """Return the languages the reader may translate into."""
    person = current.staff()
    others = [language for language in languages.LANGUAGES if language is not languages.SOURCE]
    return [language for language in others if person is not None and person.may_translate(language.tag)]


@blueprint.get("/translations")
@access.requires("surveys.translate")
def translations() -> str:
    """List what can be translated into the reader's languages, and how far it is."""
    engagements = engagement_queries.list_engagements([EngagementState.DRAFT, EngagementState.OPEN])
    surveys = versions.list_surveys_of([e.id for e in engagements])
    books = wording_queries.list_books([s.id for s in surveys])
    rows = []
    for language in _languages():
        work = []
        for engagement in engagements:
            progress = engagement_wording.progress(engagement, language.tag)
            share = percent(progress.done / progress.total if progress.total else 1)
            address = url_for("engagements.translation", engagement_id=engagement.id, tag=language.tag)
            work.append(
                {"name": engagement_wording.title_of(engagement), "share": share, "href": address, "survey": False}
            )
            for survey in surveys:
                if survey.engagement_id == engagement.id and language.tag in survey.languages:
                    row = presenters.language_row(
                        survey, language.tag, books[survey.id].progress(authoring.draft(survey), language.tag)
                    )
                    work.append({"name": survey.name, "share": row["share"], "href": row["translate"], "survey": True})
        rows.append((language, work))
    return render_template("surveys/author/translations.html", rows=rows)


@blueprint.get("/<int:survey_id>/translate/<tag>", endpoint="translate")
@blueprint.post("/<int:survey_id>/translate/<tag>", endpoint="save_translation")
@access.requires("surveys.translate")
def translate(survey_id: int, tag: str) -> ResponseReturnValue:
    """Show one section's texts beside their translations, and keep the translations."""
    survey = find(survey_id)
    if tag not in languages.BY_TAG or tag == languages.SOURCE.tag:
        abort(404)
    if languages.get(tag) not in _languages():
        abort(403)
    if request.method == "POST":
        authoring.hold_wording(survey)
    document, book = authoring.draft(survey), wording_queries.get_book(survey_id, [tag])
    groups = presenters.translation_groups(document, book)
    group = request.args.get("section") or groups[0][0]
    texts = [t for t in presenters.texts_of_group(document, group) if book.source(*t.key)]
    if group not in dict(groups):
        abort(404)
    named = {f"{t.item}.{t.part.replace(':', '-')}": t for t in texts}
    boxes = _boxes(named, book, tag)
    form, status, clashes = translating.form_of(boxes), 200, []
    if request.method == "POST":
        status = 422
        if form.validate():
            clashes = translating.refuse_overwriting(form, boxes)
            if clashes:
                status = 409
            else:
                try:
                    authoring.translate(survey, tag, _typed(form, named), by())
                    commit()
                    flash(_("The translation is saved."), "success")
                    here = url_for("author.translate", survey_id=survey_id, tag=tag, section=group)
                    return redirect(here, 303)
                except DomainError as error:
                    status = refuse(form, error)
    return render_template(
        "surveys/author/translate.html",
        form=form,
        survey=survey,
        target=languages.get(tag),
        rows=[_row(name, t, book, tag) for name, t in named.items()],
        groups=groups,
        group=group,
        progress=book.progress(document, tag),
        clashes=clashes,
    ), status


def _boxes(named: Mapping[str, wording.Text], book: wording.Book, tag: str) -> list[Box]:
    labels = presenters.labels(list(named.values()))
    return [
        Box(
            name=name,
            label=labels[text.key],
            present=book.text(tag, *text.key),
            source=wording.source_hash(book.source(*text.key)),
            limit=authoring.LONGEST,
            long=_is_long(text),
        )
        for name, text in named.items()
    ]


def _is_long(text: wording.Text) -> bool:
    return text.long or text.part == "text"


def _row(name: str, text: wording.Text, book: wording.Book, tag: str) -> dict[str, object]:
    state = "stale" if book.is_stale(tag, *text.key) else "" if book.text(tag, *text.key) else "missing"
    return {"name": name, "source": book.source(*text.key), "state": state, "long": _is_long(text)}


def _typed(form: Form, named: Mapping[str, wording.Text]) -> dict[wording.Key, Translated]:
    return {
        t.key: Translated(form[name].data or "", form[f"seen.{name}"].data or "", form[f"still.{name}"].data)
        for name, t in named.items()
    }
