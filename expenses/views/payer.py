"""How the organisation pays: its own account, the ledger's file, the tables of the modulus check."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.current import signed_in
from core import access
from core.database import commit
from expenses import bank, ledger, modulus
from expenses.forms.paying import LedgerForm, ModulusForm, PayerAccountForm, pairs
from expenses.queries import bank_details as bank_queries
from expenses.queries import runs as queries
from expenses.services import bank_details, payer
from expenses.views import staff


def _by() -> str:
    return f"staff:{signed_in().id}"


@staff.route("/account", methods=["GET", "POST"])
@access.requires("payments.confirm")
def payer_account() -> ResponseReturnValue:
    """The account that files for the bank pay from."""
    row = queries.payer_account()
    form = PayerAccountForm(obj=row)
    if form.validate_on_submit():
        payer.set_account(
            form.name.data or "",
            form.service_user_number.data or "",
            bank.sort_code(form.sort_code.data or "") or "",
            bank.account_number(form.account.data or "") or "",
            by=_by(),
        )
        commit()
        flash(_("Runs from now on pay from this account."), "success")
        return redirect(url_for("expenses.list_runs"), 303)
    shown = bank.masked(payer.own_numbers(row)) if row else ""
    html = render_template("expenses/paying/account.html", form=form, row=row, shown=shown)
    return html, 422 if form.errors else 200


@staff.route("/ledger", methods=["GET", "POST"])
@access.requires("payments.confirm")
def ledger_file() -> ResponseReturnValue:
    """Columns and codes of the ledger's file."""
    row = queries.ledger_layout()
    columns = row.columns if row else ledger.DEFAULT_COLUMNS
    form = LedgerForm(
        columns="\n".join(f"{c['name']} = {c['value']}" for c in columns),
        coding="\n".join(f"{key} = {code}" for key, code in (row.coding if row else {}).items()),
    )
    if form.validate_on_submit():
        chosen = [{"name": name, "value": value} for name, value in pairs(form.columns.data)]
        payer.set_layout(chosen, dict(pairs(form.coding.data)), by=_by())
        commit()
        flash(_("Runs from now on make a file like this."), "success")
        return redirect(url_for("expenses.list_runs"), 303)
    html = render_template("expenses/paying/ledger.html", form=form, values=ledger.VALUES)
    return html, 422 if form.errors else 200


@staff.route("/modulus", methods=["GET", "POST"])
@access.requires("payments.confirm")
def modulus_tables() -> ResponseReturnValue:
    """The tables with which account numbers are checked."""
    form = ModulusForm()
    if form.validate_on_submit():
        try:
            rules = modulus.read_rules(_lines(form.weights.data))
            substitutions = modulus.read_substitutions(_lines(form.substitutions.data))
        except modulus.TableError as error:
            form.form_errors.append(_("Line %(line)s cannot be read. Nothing was changed.", line=error.line))
        else:
            bank_details.load_tables(rules, substitutions)
            commit()
            flash(_("Account numbers are checked with these tables from now on."), "success")
            return redirect(url_for("expenses.list_runs"), 303)
    html = render_template("expenses/paying/modulus.html", form=form, loaded=bank_queries.count_weights())
    return html, 422 if form.errors else 200


def _lines(file: object) -> list[str]:
    read = getattr(file, "read", None)
    return read().decode("ascii", errors="replace").splitlines() if read else []
