"""The policy: a page for everybody, and pages on which staff see and change it from a day on."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import current
from core import access, clock
from core.database import commit
from core.errors import DomainError
from core.forms import Form
from expenses.categories import ROLES
from expenses.forms.policy import EmptyForm, EndForm, PromiseForm, RateForm, TimeForm, WordsForm
from expenses.models import PolicyCategory
from expenses.presenters import policy as presenter
from expenses.queries import policy as queries
from expenses.services import policy as services
from expenses.views import public, staff
from i18n import languages, negotiation
from i18n.web import words as error_words


@public.get("/", endpoint="policy")
@access.public
def public_policy() -> str:
    """What is repaid and paid today, with examples."""
    today = clock.today()
    promise = queries.find_promise(today)
    return render_template(
        "expenses/policy/public.html",
        sections=presenter.sections(queries.list_categories(), queries.on(today), negotiation.current().tag, today),
        times=presenter.time_rows(queries.all_time_figures(), today),
        promise=promise.days if promise else None,
    )


@staff.get("/policy", endpoint="policy")
@access.signed_in_staff
def index() -> str:
    """Every category with what holds today."""
    today, tag = clock.today(), negotiation.current().tag
    rates = queries.list_rates()
    return render_template(
        "expenses/policy/index.html",
        form=EmptyForm(),
        languages=languages.LANGUAGES,
        loaded=bool(rates),
        categories=presenter.overview(queries.list_categories(), rates, queries.figures(rates), tag, today),
        times=presenter.time_rows(queries.all_time_figures(), today),
        promise=queries.find_promise(today),
    )


@staff.post("/policy/load", endpoint="load_policy")
@access.requires("policy.edit")
def load() -> ResponseReturnValue:
    """Bring in the policy a new installation begins with."""
    services.load_defaults(_by())
    commit()
    flash(_("The policy is there. Check the figures that are marked before you use them."), "success")
    return redirect(url_for("expenses.policy"), 303)


@staff.get("/policy/<key>", endpoint="policy_category")
@access.signed_in_staff
def category(key: str) -> str:
    """One category: what held and holds from when, and its words."""
    found = _find(key)
    rows = queries.list_rates(key)
    return render_template(
        "expenses/policy/category.html",
        form=EmptyForm(),
        category=found,
        name=presenter.name_of(found, negotiation.current().tag),
        rates=[(row, presenter.rules(rate)) for row, rate in zip(rows, queries.figures(rows), strict=True)],
        languages=languages.LANGUAGES,
        today=clock.today(),
    )


@staff.route("/policy/<key>/new", methods=["GET", "POST"], endpoint="new_rate")
@access.requires("policy.edit")
def new_rate(key: str) -> ResponseReturnValue:
    """Say what holds from a day on; the boxes begin with what holds now."""
    found = _find(key)
    latest = next(iter(queries.list_rates(key)), None)
    form = RateForm(obj=latest)
    if not form.is_submitted():
        form.valid_from.data = None
    return _edit(
        form,
        lambda: services.add_rate(key, form.values(), _by()),
        done=_("The new figures are saved."),
        to=url_for("expenses.policy_category", key=key),
        heading=_("New figures for “%(name)s”", name=presenter.name_of(found, negotiation.current().tag)),
    )


@staff.route("/policy/<key>/end", methods=["GET", "POST"], endpoint="end_rate")
@access.requires("policy.edit")
def end_rate(key: str) -> ResponseReturnValue:
    """Stop repaying a category after a day."""
    found = _find(key)
    latest = next(iter(queries.list_rates(key)), None)
    if latest is None:
        abort(404)
    form = EndForm()
    return _edit(
        form,
        lambda: services.end_rate(latest, form.valid_to.data),
        done=_("The last day is saved."),
        to=url_for("expenses.policy_category", key=key),
        heading=_("Stop repaying “%(name)s”", name=presenter.name_of(found, negotiation.current().tag)),
    )


@staff.post("/policy/<key>/checked", endpoint="check_rate")
@access.requires("policy.edit")
def check_rate(key: str) -> ResponseReturnValue:
    """Say that the figures of a category have been checked."""
    _find(key)
    for row in queries.list_rates(key):
        if row.unverified:
            services.confirm_rate(row)
    commit()
    flash(_("The figures are marked as checked."), "success")
    return redirect(url_for("expenses.policy_category", key=key), 303)


@staff.route("/policy/<key>/words/<tag>", methods=["GET", "POST"], endpoint="policy_words")
@access.requires("policy.edit")
def words(key: str, tag: str) -> ResponseReturnValue:
    """Say what a category is called in one language; empty means as the program says."""
    found = _find(key)
    if tag not in languages.BY_TAG:
        abort(404)
    language = languages.get(tag)
    form = WordsForm(data=found.words.get(tag, {}))
    built_in = presenter.built_in(key)
    return _edit(
        form,
        lambda: services.set_words(found, tag, {"name": form.name.data, "note": form.note.data}, built_in),
        done=_("The words are saved."),
        to=url_for("expenses.policy_category", key=key),
        heading=_("Words in %(language)s", language=_(language.english_name)),
        source=[presenter.words_of(found, part, languages.SOURCE.tag).text for part in services.WORDS],
        language=language,
    )


@staff.route("/policy/time/<role>", methods=["GET", "POST"], endpoint="time_rate")
@access.requires("policy.edit")
def time_rate(role: str) -> ResponseReturnValue:
    """Say what is paid for time in a role from a day on."""
    if role not in ROLES:
        abort(404)
    form = TimeForm()
    return _edit(
        form,
        lambda: services.add_involvement(role, form.lengths(), form.valid_from.data, _by()),
        done=_("The new figures are saved."),
        to=url_for("expenses.policy"),
        heading=_("New payment for “%(role)s”", role=_(ROLES[role])),
    )


@staff.route("/policy/promise", methods=["GET", "POST"], endpoint="promise")
@access.requires("policy.edit")
def promise() -> ResponseReturnValue:
    """Say within how many days claims are paid from a day on."""
    form = PromiseForm()
    return _edit(
        form,
        lambda: services.add_promise(form.days.data or 0, form.valid_from.data, _by()),
        done=_("The promise is saved."),
        to=url_for("expenses.policy"),
        heading=_("When people are paid"),
    )


def _edit(
    form: Form, save: Callable[[], object], *, done: str, to: str, heading: str, **values: object
) -> ResponseReturnValue:
    """Show a form, or save it and go back; what cannot be saved comes back with what was typed."""
    if form.validate_on_submit():
        try:
            save()
            commit()
            flash(done, "success")
            return redirect(to, 303)
        except DomainError as error:
            form.refuse(error, error_words(error))
    page = render_template("expenses/policy/form.html", form=form, heading=heading, back=to, **values)
    return page, 422 if form.errors else 200


def _find(key: str) -> PolicyCategory:
    try:
        return queries.get_category(key)
    except DomainError:
        abort(404)


def _by() -> str:
    return f"staff:{current.signed_in().id}"
