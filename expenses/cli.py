"""Commands of expenses: bring in a policy, pay claims in runs, read what came back, load the check tables."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from accounts import queries as accounts
from accounts.models import Staff
from core import audit, clock
from core.database import commit, db
from core.errors import DomainError
from expenses import modulus, processing_days, returns
from expenses.queries import payable, payments
from expenses.services import bank_details, duties, files, policy, reconciling, runs
from expenses.transitions import Duty

commands = AppGroup("expenses", help="The policy on expenses, claims and payments.")

_as = click.option(
    "--as", "email", required=True, help="E-mail address of the member of staff who does it, with their permissions."
)


@commands.command("load-policy")
def load_policy() -> None:
    """Bring in the policy a new installation begins with; again as often as you like, nothing that is there changes."""
    count = policy.load_defaults("command")
    commit()
    click.echo(f"{count} kinds of cost came in. Figures marked “to be checked” are to be checked before use.")


def _payer(email: str, permission: str) -> Staff:
    staff = accounts.find_by_email(email)
    if staff is None or not staff.may(permission):
        raise click.ClickException(f"Nobody with this address may do this: it takes the permission {permission}.")
    return staff


def _words(error: DomainError) -> click.ClickException:
    db.session.rollback()
    return click.ClickException(error.words % error.params)


@commands.command("prepare-run")
@_as
@click.option(
    "--pay-on", type=click.DateTime(["%Y-%m-%d"]), help="The day of payment; the next working day unless told."
)
def prepare_run(email: str, pay_on: dt.datetime | None) -> None:
    """Put all claims that can be paid into a new run. Another payer has to confirm it."""
    payer = _payer(email, "payments.pay")
    ready = payable.ready_ids()
    mine: set[int] = set()
    for start in range(0, len(ready), 500):
        mine |= duties.not_for(payer, Duty.PAYER, ready[start : start + 500])
    day = pay_on.date() if pay_on else processing_days.next_day(clock.today())
    with audit.acting_as(f"staff:{payer.id}"):
        try:
            run = runs.prepare([claim_id for claim_id in ready if claim_id not in mine], by=payer, pay_on=day)
        except DomainError as error:
            raise _words(error) from None
        commit()
    click.echo(json.dumps({"run": run.id, "payments": run.payments, "pence": run.total_pence, "left_out": len(mine)}))


@commands.command("confirm-run")
@click.argument("run_id", type=int)
@_as
def confirm_run(run_id: int, email: str) -> None:
    """Confirm a run that another payer prepared."""
    payer = _payer(email, "payments.confirm")
    with audit.acting_as(f"staff:{payer.id}"):
        try:
            runs.confirm(payments.get_run(run_id), by=payer)
        except DomainError as error:
            raise _words(error) from None
        commit()
    click.echo(f"Run {run_id} is confirmed.")


@commands.command("export-run")
@click.argument("run_id", type=int)
@_as
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.option("--sent", is_flag=True, help="Count the claims as paid as well, and tell everybody.")
def export_run(run_id: int, email: str, out: Path, sent: bool) -> None:
    """Write the files of a confirmed run. Done again, it writes the same bytes."""
    payer = _payer(email, "payments.pay")
    with audit.acting_as(f"staff:{payer.id}"):
        try:
            run = payments.get_run(run_id)
            made = {kind: files.make(run, kind) for kind in files.NAMES}
            if sent:
                runs.mark_exported(run, run.checksums)
                runs.mark_paid(run, paid_on=run.pay_on, by=payer)
        except DomainError as error:
            raise _words(error) from None
        audit.record("payment_run.file_taken", f"payment_run:{run.id}", after={"files": dict(run.checksums)})
        commit()
    out.mkdir(parents=True, exist_ok=True)
    for kind, content in made.items():
        if content:
            path = out / files.NAMES[kind].format(run=run_id)
            path.touch(mode=0o600)
            path.write_bytes(content)
            click.echo(f"{path} {run.checksums[kind]}")


@commands.command("reconcile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def reconcile(file: Path) -> None:
    """Read the bank's list of payments that came back: a CSV with the columns reference, amount and code."""
    with audit.acting_as("command"):
        try:
            report = reconciling.reconcile(returns.read(file.read_bytes()), None)
        except DomainError as error:
            raise _words(error) from None
        found = {
            "failed": len(report.failed),
            "known": len(report.known),
            "unknown_rows": report.unknown,
            "other_amount_rows": report.other_amount,
        }
        if not report.is_clean:
            db.session.rollback()
            click.echo(json.dumps({**found, "failed": 0}))
            raise click.ClickException("Nothing was changed: some rows cannot be used.")
        commit()
    click.echo(json.dumps(found))


@commands.command("load-modulus")
@click.argument("weights", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("substitutions", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def load_modulus(weights: Path, substitutions: Path | None) -> None:
    """Load the tables with which account numbers are checked, as Vocalink publishes them."""
    try:
        rules = modulus.read_rules(weights.read_text("ascii").splitlines())
        instead = modulus.read_substitutions(substitutions.read_text("ascii").splitlines()) if substitutions else {}
    except UnicodeDecodeError:
        raise click.ClickException("This is not a table of Vocalink's: it holds other characters than ASCII.") from None
    except modulus.TableError as error:
        raise click.ClickException(f"Line {error.line} cannot be read. Nothing was changed.") from None
    with audit.acting_as("command"):
        bank_details.load_tables(rules, instead)
        commit()
    click.echo(f"{len(rules)} rules and {len(instead)} substitutions are loaded.")


def init_app(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(commands)
