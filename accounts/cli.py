"""Commands for accounts: the first administrator, and the way back in when nobody can help on a page."""

from __future__ import annotations

import os

import click
from flask import Flask
from flask.cli import AppGroup

from accounts import queries
from accounts.services import passwords, people, second_step, sessions
from core import audit
from core.database import commit
from core.errors import DomainError

commands = AppGroup("accounts", help="Accounts of staff.")

#: Never an option: a command line is seen by everybody on the machine and kept in histories.
PASSWORD_VARIABLE = "STAFF_PASSWORD"  # noqa: S105  a name, no password


def _password() -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    return click.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True)


def _stop(error: DomainError) -> click.ClickException:
    return click.ClickException(error.words % error.params)


@commands.command("create-admin")
@click.option("--name", prompt="Name", help="Their name.")
@click.option("--email", prompt="E-mail address", help="Their work e-mail address, with which they sign in.")
def create_admin(name: str, email: str) -> None:
    """Add an administrator.

    The password is asked for, or read from the environment variable STAFF_PASSWORD. The second step is set up at the
    first sign-in.
    """
    if "@" not in email or not name.strip():
        raise click.ClickException("Give a name, and an e-mail address such as name@example.org.")
    password = _password()  # asked for before anything is locked: typing takes its time
    with audit.acting_as("command"):
        try:
            staff = people.create(name, email, ["administrator"])
            passwords.set_password(staff, password)
        except DomainError as error:
            raise _stop(error) from None
        commit()
    click.echo("The administrator has been added. They can sign in at /staff/sign-in.")


@commands.command("reset")
@click.option("--email", prompt="E-mail address", help="The address of the account.")
def reset(email: str) -> None:
    """Give an account a new password and take its second step away; for when no administrator can sign in."""
    password = _password()
    staff = queries.find_by_email(people.normalise_email(email))
    if staff is None or not staff.active:
        raise click.ClickException("No active account has this e-mail address.")
    with audit.acting_as("command"):
        try:
            passwords.set_password(staff, password)
        except DomainError as error:
            raise _stop(error) from None
        second_step.take_away(staff)
        sessions.end_all(staff)
        commit()
    click.echo("The account has a new password. Its second step is set up at the next sign-in.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(commands)
