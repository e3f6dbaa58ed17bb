"""Pages on what the panel should mirror: population figures with their history, and groupings of categories."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core import access
from core.database import commit, db
from core.errors import DomainError
from i18n.web import number, words
from panel import queries
from panel.forms.fields import named
from panel.forms.targets import ConfirmForm, EndForm, GroupingFeatureForm, UploadForm, grouping_form
from panel.representation import features, presenting
from panel.representation import targets as reads
from panel.services import groupings
from panel.services import targets as services
from panel.views.blueprint import blueprint
from panel.views.staff import staff_id

_MOST_ROWS = 500


@blueprint.get("/staff/panel/targets")
@access.requires("panel.figures")
def targets() -> str:
    """List the figures that count, where they come from, and where they do not add up."""
    areas, catalogue = queries.list_areas(), features.catalogue()
    names = {a.id: a.name for a in areas}
    rows = [
        {"set": s, "area": names[s.area_id], "feature": presenting.feature_words(s.feature, catalogue)}
        for s in reads.list_sets()
    ]
    found = reads.mismatches(reads.figures(), areas, catalogue)
    return render_template("panel/staff/targets.html", rows=rows, mismatches=presenting.mismatches(found))


@blueprint.get("/staff/panel/targets/upload")
@access.requires("panel.targets")
def upload_targets() -> str:
    """Ask for a file."""
    return _upload_page(UploadForm())


def _upload_page(form: Any, problems: list[str] | None = None) -> str:
    catalogue = features.catalogue()
    known = [(key, feature.words()) for key, feature in catalogue.items()]
    return render_template("panel/staff/targets_upload.html", form=form, problems=problems or [], known=known)


@blueprint.post("/staff/panel/targets/preview")
@access.requires("panel.targets")
def preview_targets() -> ResponseReturnValue:
    """Show what a file would change before it does."""
    form = UploadForm()
    if not form.validate():
        return _upload_page(form), 422
    return _preview(form, form.text)


def _read(form: Any, text: str) -> list[services.Block]:
    return services.read(io.StringIO(text, newline=""), services.Defaults(form.source.data or "", form.as_of.data))


def _preview(form: Any, text: str) -> ResponseReturnValue:
    try:
        blocks = _read(form, text)
    except services.TargetFileError as error:
        form.refuse(error, words(error))
        return _upload_page(form, presenting.problems(error.problems)), 422
    catalogue, names = features.catalogue(), {a.code: a.name for a in queries.list_areas()}
    rows = [
        [
            block.area.name,
            presenting.feature_words(block.feature, catalogue),
            presenting.category_words(block.feature, category, catalogue, names),
            number(count),
        ]
        for block in blocks
        for category, count in block.counts.items()
    ]
    return render_template(
        "panel/staff/targets_preview.html",
        form=ConfirmForm(formdata=None, data={**form.data, "text": text}),
        blocks=blocks,
        rows=rows[:_MOST_ROWS],
        figures=len(rows),
        more=max(0, len(rows) - _MOST_ROWS),
        mismatches=presenting.mismatches(services.check(blocks)),
    )


@blueprint.post("/staff/panel/targets/load")
@access.requires("panel.targets")
def load_targets() -> ResponseReturnValue:
    """Let the figures of a previewed file count."""
    form = ConfirmForm()
    if not form.validate():
        return _upload_page(UploadForm()), 422
    try:
        made = services.load(_read(form, form.text.data or ""), f"staff:{staff_id()}", form.valid_from.data)
    except services.TargetFileError as error:
        db.session.rollback()
        fresh = UploadForm(formdata=None)
        fresh.refuse(error, words(error))
        return _upload_page(fresh, presenting.problems(error.problems)), 422
    commit()
    flash(_("The figures are loaded: %(sets)s sets.", sets=number(len(made))), "success")
    return redirect(url_for("panel.targets"), 303)


@blueprint.route("/staff/panel/targets/<int:set_id>", methods=["GET", "POST"])
@access.requires("panel.targets")
def target_set(set_id: int) -> ResponseReturnValue:
    """Show a set of figures and those before it, and let it stop to count."""
    found, form = reads.get_set(set_id), EndForm()
    if request.method == "POST" and form.validate():
        try:
            services.end(found)
        except DomainError as error:
            flash(words(error), "error")
            return redirect(url_for("panel.target_set", set_id=set_id), 303)
        commit()
        flash(_("Nothing is compared with these figures any more."), "success")
        return redirect(url_for("panel.target_set", set_id=set_id), 303)
    area, catalogue = queries.get_area(found.area_id), features.catalogue()
    names = {a.code: a.name for a in queries.list_areas()}
    page = render_template(
        "panel/staff/target_set.html",
        form=form,
        found=found,
        area=area,
        feature=presenting.feature_words(found.feature, catalogue),
        rows=[
            [presenting.category_words(found.feature, c.category, catalogue, names), number(c.count)]
            for c in found.counts
        ],
        history=reads.history(found.area_id, found.feature),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/staff/panel/groupings", methods=["GET", "POST"])
@access.requires("panel.targets")
def list_groupings() -> ResponseReturnValue:
    """List groupings, and choose what to group next."""
    form = GroupingFeatureForm()
    form.feature.choices = named((key, f.words()) for key, f in features.OWN.items())
    if request.method == "POST" and form.validate():
        return redirect(url_for("panel.add_grouping", feature=form.feature.data), 303)
    found = [(grouping, features.grouped(grouping)) for grouping in groupings.list_groupings()]
    rows = [
        {
            "id": grouping.id,
            "name": grouping.name,
            "feature": features.OWN[grouping.feature].words(),
            "groups": [
                (group, [features.OWN[grouping.feature].category(c) for c in categories if feature.parents[c] == group])
                for categories in [list(features.OWN[grouping.feature].categories)]
                for group in feature.categories
            ],
        }
        for grouping, feature in found
    ]
    page = render_template("panel/staff/groupings.html", form=form, rows=rows)
    return page, 422 if form.errors else 200


@blueprint.route("/staff/panel/groupings/add/<feature>", methods=["GET", "POST"])
@access.requires("panel.targets")
def add_grouping(feature: str) -> ResponseReturnValue:
    """Say to which group each category of a feature goes."""
    base = features.OWN.get(feature)
    if base is None:
        return redirect(url_for("panel.list_groupings"), 303)
    categories = list(base.categories)
    form = grouping_form([(c, base.category(c)) for c in categories])()
    if request.method == "POST" and form.validate():
        parents = {c: form[f"to_{place}"].data for place, c in enumerate(categories)}
        try:
            groupings.add(form.name.data or "", feature, parents)
        except DomainError as error:
            form.refuse(error, words(error))
        else:
            commit()
            flash(_("The grouping is added."), "success")
            return redirect(url_for("panel.list_groupings"), 303)
    page = render_template("panel/staff/grouping_add.html", form=form, base=base, places=range(len(categories)))
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.post("/staff/panel/groupings/<int:grouping_id>/remove")
@access.requires("panel.targets")
def remove_grouping(grouping_id: int) -> ResponseReturnValue:
    """Take a grouping away."""
    try:
        groupings.remove(grouping_id)
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(_("The grouping is removed."), "success")
    return redirect(url_for("panel.list_groupings"), 303)
