"""The command `flask demo load`: everything the demo shows, made again from the same figures and the same seed."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from core.database import commit
from demo import loading

commands = AppGroup("demo", help="A demo on real census figures, with made-up people.")


@commands.command("load")
@click.option("--members", default=1200, show_default=True, type=click.IntRange(1, 1_000_000), help="How many people.")
@click.option("--seed", default=7, show_default=True, type=int, help="The same seed makes the same people.")
def load(members: int, seed: int) -> None:
    """Load the demo into an empty installation. Loaded already, nothing is added; where real people are, it refuses."""
    try:
        lines = loading.load(members, seed, lambda done: click.echo(f"{done} of {members} people"))
    except loading.NotEmptyError as error:
        raise click.ClickException(str(error)) from None
    commit()
    for line in lines:
        click.echo(line)


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(commands)
