"""Bringing a partner's list of people in: upload, what columns and answers mean, the evidence, a look, the decision."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import access
from core.database import commit, db
from core.errors import DomainError
from core.limits import limiter
from i18n.web import words
from panel import imports, recruits
from panel.forms.fields import named
from panel.forms.imports import OURS, THEIRS, EvidenceForm, UploadForm, answers_form, columns_form
from panel.models import ImportState, MemberImport
from panel.recruiting import lists, posters
from panel.recruiting.fields import MOST_ANSWERS, PLACES_FIRST, choices, labels, suggested
from panel.services import checking, importing, telling_lists
from panel.views.blueprint import blueprint
from panel.views.recruiting import area_choices
from panel.views.staff import staff_id

_PAGE = 100
#: Letters drawn into one file: each takes a tenth of a second.
_LETTERS = 50


def _to(endpoint: str, found: MemberImport) -> ResponseReturnValue:
    return redirect(url_for(f"panel.{endpoint}", import_id=found.id), 303)


@blueprint.get("/staff/recruiting/lists")
@access.requires("members.manage")
def imports_page() -> str:
    """List the lists."""
    rows = [(found, lists.state(found)) for found in imports.list_imports()]
    return render_template("panel/lists/index.html", rows=rows)


@blueprint.route("/staff/recruiting/lists/add", methods=["GET", "POST"])
@access.requires("members.manage")
@limiter.limit("60 per hour", methods=["POST"])
def new_import() -> ResponseReturnValue:
    """Take a file and keep its rows sealed. Nobody joins by that."""
    form = UploadForm(data={"partner": request.args.get("partner", "")})
    partners = recruits.list_partners(ended=False)
    form.partner.choices = named([("", _("None")), *((str(p.id), p.name) for p in partners)])
    form.channel.choices = named([("", _("None")), *((str(c.id), c.name) for c in recruits.list_channels())])
    if not form.is_submitted():
        return render_template("panel/lists/new.html", form=form)
    if not form.validate():
        return render_template("panel/lists/new.html", form=form), 422
    try:
        found = importing.stage(
            form.file.data.stream,
            partner_id=int(form.partner.data) if form.partner.data else None,
            channel_id=int(form.channel.data) if form.channel.data else None,
            staff_id=staff_id(),
        )
    except DomainError as error:
        db.session.rollback()
        form.refuse(error, words(error))
        return render_template("panel/lists/new.html", form=form), 422
    commit()
    return _to("import_columns", found)


@blueprint.get("/staff/recruiting/lists/<int:import_id>")
@access.requires("members.manage")
def import_page(import_id: int) -> ResponseReturnValue:
    """Show how far a list is, and what comes next."""
    found = imports.get_import(import_id)
    task = imports.find_task(found)
    after = request.args.get("after", 0, type=int)
    rows = imports.report(found, after, _PAGE + 1)
    shown = rows[:_PAGE]
    return render_template(
        "panel/lists/show.html",
        found=found,
        task=task,
        state=lists.state(found),
        lines=lists.lines(found),
        counts=imports.counts(found),
        report=lists.report_rows(found, shown),
        after=shown[-1].number if len(rows) > _PAGE else None,
        untold=imports.count_untold(found.id) if found.state == ImportState.DONE else 0,
        waiting=imports.list_waiting(found) if found.state == ImportState.DONE else [],
        letters=bool(imports.list_by_post(found, 0, 1)) if found.state == ImportState.DONE else False,
    )


def _open(import_id: int) -> MemberImport | None:
    """Return a list whose meaning may still be told."""
    found = imports.get_import(import_id)
    free = found.state in {ImportState.STAGED, ImportState.CHECKED} and imports.find_task(found, alive=True) is None
    return found if free else None


@blueprint.route("/staff/recruiting/lists/<int:import_id>/columns", methods=["GET", "POST"])
@access.requires("members.manage")
def import_columns(import_id: int) -> ResponseReturnValue:
    """Say what each column means."""
    found = _open(import_id)
    if found is None:
        return redirect(url_for("panel.import_page", import_id=import_id), 303)
    kept = imports.find_mapping(found.partner_id)
    form = columns_form(found.columns, area_choices(), _columns_data(found, kept.mapping if kept else {}))
    page = {"form": form, "found": found, "samples": _samples(found), "remembered": kept is not None}
    if not form.is_submitted():
        return render_template("panel/lists/columns.html", **page)
    errors = []
    if form.validate():
        fields = [form[f"column{i}"].data for i in range(len(found.columns))]
        errors = _column_errors(fields)
    if form.errors or errors:
        return render_template("panel/lists/columns.html", errors=errors, **page), 422
    try:
        importing.map_columns(
            found, fields, dates=form.dates.data, language=form.language.data, area=int(form.area.data)
        )
        # Answers this partner's lists gave before are offered again on the next page.
        importing.recall_answers(found)
    except DomainError as error:
        flash(words(error), "error")
        return _to("import_page", found)
    commit()
    return _to("import_answers", found)


def _columns_data(found: MemberImport, remembered: dict[str, Any]) -> dict[str, Any]:
    """Return what to fill the form in with: what was said, now or last time, else headings that are our own words."""
    said = found.mapping
    fields = said.get("fields") or [remembered.get("fields", {}).get(name, suggested(name)) for name in found.columns]
    data = {f"column{i}": field for i, field in enumerate(fields)}
    return data | {
        "dates": said.get("dates") or remembered.get("dates"),
        "language": said.get("language") or remembered.get("language", "en"),
        "area": str(said.get("area") or ""),
    }


def _samples(found: MemberImport) -> list[list[str]]:
    """Return the first cells of each column."""
    rows = [imports.open_cells(found, row) for row in imports.rows_after(found, 0, 3)]
    return [[row[i][:60] for row in rows if row[i]] for i in range(len(found.columns))]


def _column_errors(fields: list[str]) -> list[tuple[str, str]]:
    errors = []
    for field in importing.clashes(fields):
        second = [i for i, each in enumerate(fields) if each == field][1]
        errors.append((f"column{second}", _("Two columns cannot both be “%(field)s”.", field=_(labels()[field]))))
    if not PLACES_FIRST & set(fields):
        errors.append(("column0", _("Say which column holds an e-mail address, a phone number or an address.")))
    if {"date_of_birth", "year_of_birth"} <= set(fields):
        place = fields.index("year_of_birth")
        errors.append((f"column{place}", _("Take either the date of birth or the year of birth.")))
    return errors


@blueprint.route("/staff/recruiting/lists/<int:import_id>/answers", methods=["GET", "POST"])
@access.requires("members.manage")
def import_answers(import_id: int) -> ResponseReturnValue:
    """Say what answers mean that are not written like ours; passed over when there are none."""
    found = _open(import_id)
    if found is None or not found.mapping:
        return redirect(url_for("panel.import_page", import_id=import_id), 303)
    unknown = importing.unknown_answers(found)
    many = [column for column, texts in unknown.items() if len(texts) > MOST_ANSWERS]
    if not unknown:
        return _to("import_evidence", found)
    if many:
        page = {"found": found, "columns": [lists.heading(found, column) for column in many]}
        return render_template("panel/lists/too_many.html", most=MOST_ANSWERS, **page)
    form, places = answers_form(unknown, found.columns, _offered(found, unknown), found.mapping.get("values", {}))
    if not form.is_submitted():
        return render_template("panel/lists/answers.html", form=form, found=found)
    if not form.validate():
        return render_template("panel/lists/answers.html", form=form, found=found), 422
    values: dict[int, dict[str, str]] = {}
    for name, (column, text) in places.items():
        values.setdefault(column, {})[text] = form[name].data
    try:
        importing.tell_answers(found, values)
    except DomainError as error:
        flash(words(error), "error")
        return _to("import_page", found)
    commit()
    return _to("import_evidence", found)


def _offered(found: MemberImport, unknown: dict[int, list[str]]) -> dict[int, list[Any]]:
    areas = importing.area_names()
    asked = choices(areas)
    offered = {}
    for column in unknown:
        field = found.mapping["fields"][column]
        pairs = asked[field].items()
        offered[column] = named(pairs if field in {"area", "language"} else [(key, _l(text)) for key, text in pairs])
    return offered


@blueprint.route("/staff/recruiting/lists/<int:import_id>/evidence", methods=["GET", "POST"])
@access.requires("members.manage")
def import_evidence(import_id: int) -> ResponseReturnValue:
    """Say how, when and to which words the people agreed."""
    found = _open(import_id)
    if found is None or not found.mapping:
        return redirect(url_for("panel.import_page", import_id=import_id), 303)
    kept, text = found.evidence, imports.wording(found)
    data: dict[str, Any] = {}
    if kept is not None and text is not None:
        own = text.purpose == importing.OWN_WORDING
        data = {
            "how": kept.how,
            "given_on": kept.given_on,
            "kept_at": kept.kept_at,
            "wording": THEIRS if own else OURS,
            "own_wording": next(iter(text.wording.values()), "") if own else "",
        }
    form = EvidenceForm(dated="consent_date" in found.mapping["fields"], data=data)
    if not form.is_submitted():
        return render_template("panel/lists/evidence.html", form=form, found=found)
    if not form.validate():
        return render_template("panel/lists/evidence.html", form=form, found=found), 422
    values = {
        "how": form.how.data,
        "given_on": form.given_on.data,
        "kept_at": form.kept_at.data,
        "own_wording": form.own_wording.data if form.wording.data == THEIRS else None,
    }
    try:
        importing.tell_evidence(found, values, staff_id())
    except DomainError as error:
        flash(words(error), "error")
        return _to("import_page", found)
    commit()
    return _to("import_preview", found)


@blueprint.get("/staff/recruiting/lists/<int:import_id>/preview")
@access.requires("members.manage")
def import_preview(import_id: int) -> ResponseReturnValue:
    """Show the first rows as they will be understood."""
    found = _open(import_id)
    if found is None or found.evidence_id is None:
        return redirect(url_for("panel.import_page", import_id=import_id), 303)
    areas = importing.area_names()
    return render_template(
        "panel/lists/preview.html",
        found=found,
        lines=lists.lines(found),
        people=lists.people(found, checking.preview(found), areas),
        left_out=[lists.heading(found, i) for i, field in enumerate(found.mapping["fields"]) if not field],
    )


@blueprint.post("/staff/recruiting/lists/<int:import_id>/check")
@access.requires("members.manage")
def check_import(import_id: int) -> ResponseReturnValue:
    """Let every row be looked at."""
    found = imports.get_import(import_id)
    try:
        importing.ask_to_check(found)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
    return _to("import_page", found)


@blueprint.post("/staff/recruiting/lists/<int:import_id>/take-in")
@access.requires("members.manage")
def take_in_import(import_id: int) -> ResponseReturnValue:
    """Let the accepted rows be taken in."""
    found = imports.get_import(import_id)
    try:
        importing.ask_to_take_in(found)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
    return _to("import_page", found)


@blueprint.post("/staff/recruiting/lists/<int:import_id>/tell")
@access.requires("members.manage")
def tell_import(import_id: int) -> ResponseReturnValue:
    """Let the messages be written that a run of the worker has left."""
    found = imports.get_import(import_id)
    try:
        telling_lists.ask_to_tell(found)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
    return _to("import_page", found)


@blueprint.post("/staff/recruiting/lists/<int:import_id>/cancel")
@access.requires("members.manage")
def cancel_import(import_id: int) -> ResponseReturnValue:
    """Give a list up and erase its rows."""
    found = imports.get_import(import_id)
    try:
        importing.cancel(found)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("The list is given up. What it held is erased."), "success")
    return _to("import_page", found)


@blueprint.get("/staff/recruiting/lists/<int:import_id>/report.csv")
@access.requires("members.manage")
def import_report(import_id: int) -> Response:
    """Give what came of every row, without anything the rows said."""
    found = imports.get_import(import_id)
    response = Response("".join(lists.report_csv(found, imports.whole_report(found))), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"list-{found.id}-report.csv")
    return response


# A POST, although it only draws the letters: who took names and addresses out is recorded.
@blueprint.post("/staff/recruiting/lists/<int:import_id>/letters")
@access.requires("members.manage")
@limiter.limit("120 per hour")
def import_letters(import_id: int) -> ResponseReturnValue:
    """Give letters that welcome the people of a list who are reached by post, some at a time."""
    found = imports.get_import(import_id)
    after = request.form.get("after", 0, type=int)
    members = imports.list_by_post(found, after, _LETTERS + 1)
    if found.state != ImportState.DONE or not members:
        flash(_("There are no more letters to print."), "error")
        return _to("import_page", found)
    importing.note_letters(found, [member.id for member in members[:_LETTERS]])
    commit()
    members = imports.list_by_post(found, after, _LETTERS)
    data = posters.welcome_letters(members, found.partner.name if found.partner else "")
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"list-{found.id}-letters-{members[0].id}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response
