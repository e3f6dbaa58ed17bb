"""Commands of expenses: `flask expenses load-policy`."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from core.database import commit
from expenses.services import policy

commands = AppGroup("expenses", help="The policy on expenses, claims and payments.")


@commands.command("load-policy")
def load_policy() -> None:
    """Bring in the policy a new installation begins with; again as often as you like, nothing that is there changes."""
    count = policy.load_defaults("command")
    commit()
    click.echo(f"{count} kinds of cost came in. Figures marked “to be checked” are to be checked before use.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(commands)
