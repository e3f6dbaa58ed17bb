"""Results for staff: what may be shown, on the page and as CSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, stream_with_context

from accounts import current
from core import access, audit
from core.database import commit
from core.errors import NotFoundError
from engagements import queries as engagements
from engagements import wording as engagement_wording
from i18n import languages, negotiation
from panel import queries as panel
from panel.bands import FEATURES
from surveys import compiled as compiler
from surveys import disclosure, exports, results, types
from surveys.compiled import Words
from surveys.forms.results import NamedForm
from surveys.models import Fieldwork, FieldworkState, Kind, ResultsSnapshot
from surveys.presenters import results as presenters
from surveys.queries import fieldwork as fieldworks
from surveys.queries import results as queries
from surveys.services import answering

blueprint = Blueprint("results", __name__, url_prefix="/staff/fieldwork/<int:fieldwork_id>/results")
_TEXTS = 50


@blueprint.get("")
@access.requires("results.read")
def show(fieldwork_id: int) -> Any:
    """Counts, percentages, and who answered."""
    fieldwork = _find(fieldwork_id)
    engagement = fieldworks.engagement_of(fieldwork)
    snapshot = _snapshot(fieldwork)
    areas = {str(a.id): a.name for a in panel.list_areas(level=2)}
    compiled = compiler.get(fieldwork.version_id)
    data = snapshot.data if snapshot else None
    closed = bool(snapshot and snapshot.final)
    return render_template(
        "surveys/results/show.html",
        fieldwork=fieldwork,
        title=engagement_wording.title_of(engagement, negotiation.current().tag),
        data=data,
        closed=closed,
        made_on=snapshot.made_on if snapshot else None,
        blocks=presenters.blocks(compiled, _words(fieldwork), data, areas) if data else [],
        people=presenters.people(data, _population(engagement.id), areas) if data else [],
        may_export=current.may("results.export"),
        may_read_texts=closed and current.may("answers.text"),
        may_read_names=fieldwork.kind == Kind.CONFIDENTIAL and current.may("answers.named"),
    )


def _population(engagement_id: int) -> dict[str, dict[str, int]]:
    """Return how many people of each category live in the areas of an engagement, or in the whole system."""
    areas = {a.id: a for a in panel.list_areas()}
    chosen = [i for i in engagements.area_ids(engagement_id) if i in areas]
    # An area inside another that is chosen as well would be counted twice.
    chosen = [i for i in chosen if areas[i].parent_id not in chosen] or [i for i, a in areas.items() if a.level == 1]
    found: dict[str, dict[str, int]] = {feature: {} for feature in results.PEOPLE if feature in {*FEATURES, "area"}}
    for area_id in chosen[:20]:
        for feature, counts in found.items():
            for category, count in panel.population(area_id, feature).items():
                counts[str(category)] = counts.get(str(category), 0) + count
    return found


@blueprint.get("/counts.csv")
@access.requires("results.export")
def counts_csv(fieldwork_id: int) -> Any:
    """The counts of the page as CSV."""
    fieldwork = _find(fieldwork_id)
    snapshot = _snapshot(fieldwork)
    if snapshot is None:
        abort(404)
    return _csv(exports.counts(snapshot.data), f"{fieldwork.slug}-counts.csv")


@blueprint.get("/answers.csv")
@access.requires("results.export")
def answers_csv(fieldwork_id: int) -> Any:
    """One line a response, after closing."""
    fieldwork = _find(fieldwork_id)
    snapshot = _snapshot(fieldwork)
    if snapshot is None or not snapshot.final or snapshot.responses < disclosure.THRESHOLD:
        abort(404)
    lines = exports.answers(compiler.get(fieldwork.version_id), snapshot.data, queries.answers_in_chunks(fieldwork.id))
    return _csv(lines, f"{fieldwork.slug}-answers.csv")


def _csv(lines: Any, name: str) -> Response:
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/texts/<question_id>")
@access.requires("answers.text")
def texts(fieldwork_id: int, question_id: str) -> Any:
    """What people wrote, after closing, without anything else about them."""
    fieldwork = _find(fieldwork_id)
    snapshot = _snapshot(fieldwork)
    question = compiler.get(fieldwork.version_id).questions.get(question_id)
    if snapshot is None or not snapshot.final or question is None:
        abort(404)
    if not types.get(question.type).summarise(question, {}, 0).free_text:
        abort(404)
    wrote = dict(snapshot.data["questions"][question_id]["rows"]).get("wrote")
    found = []
    if wrote is not None:
        after = request.args.get("after", "")
        found = queries.list_texts(fieldwork.id, question_id, after=after, limit=_TEXTS + 1)
    return render_template(
        "surveys/results/texts.html",
        fieldwork=fieldwork,
        question=_words(fieldwork).text(question_id, "text"),
        question_id=question_id,
        texts=[text for _, text in found[:_TEXTS]],
        more=found[_TEXTS - 1][0] if len(found) > _TEXTS else None,
    )


@blueprint.route("/named", methods=["GET", "POST"])
@access.requires("answers.named")
def named(fieldwork_id: int) -> Any:
    """The answers of one member in a confidential survey: each reading is recorded before anything is shown."""
    fieldwork = _find(fieldwork_id)
    if fieldwork.kind != Kind.CONFIDENTIAL:
        abort(404)
    form = NamedForm()
    rows = None
    if form.validate_on_submit():
        member_id = form.member_id.data or 0
        audit.record(
            "answers.read_by_name",
            f"fieldwork:{fieldwork.id}",
            None,
            {"member_id": member_id, "reason": form.reason.data},
        )
        given = queries.find_by_pseudonym(fieldwork.id, answering.pseudonym_of(fieldwork.id, member_id))
        commit()
        words = _words(fieldwork)
        questions = compiler.get(fieldwork.version_id).document.questions
        rows = (
            [
                {
                    "key": words.text(q.id, "text"),
                    "value": types.get(q.type).display(q, given.get(q.id), words),
                }
                for q in questions
            ]
            if given is not None
            else []
        )
    html = render_template("surveys/results/named.html", fieldwork=fieldwork, form=form, rows=rows)
    return html, 422 if form.errors else 200


def _find(fieldwork_id: int) -> Fieldwork:
    try:
        fieldwork = fieldworks.get_fieldwork(fieldwork_id)
    except NotFoundError:
        abort(404)
    if fieldwork.state not in {FieldworkState.OPEN, FieldworkState.CLOSED}:
        abort(404)
    return fieldwork


def _snapshot(fieldwork: Fieldwork) -> ResultsSnapshot | None:
    """Return what may be shown; nothing while fewer than eight have answered."""
    snapshot = queries.find_snapshot(fieldwork.id)
    return snapshot if snapshot and snapshot.responses >= disclosure.THRESHOLD else None


def _words(fieldwork: Fieldwork) -> Words:
    compiled = compiler.get(fieldwork.version_id)
    tag = negotiation.current().tag
    return compiled.words_in(tag if tag in fieldwork.languages else languages.SOURCE.tag)
