"""The command `flask demo load`: everything the demo shows, made again from the same figures and the same seed."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from accounts import demo as staff
from core.database import commit
from panel import demo as panel

commands = AppGroup("demo", help="A demo on real census figures, with made-up people.")


@commands.command("load")
@click.option("--members", default=1200, show_default=True, type=click.IntRange(1, 1_000_000), help="How many people.")
@click.option("--seed", default=7, show_default=True, type=int, help="The same seed makes the same people.")
def load(members: int, seed: int) -> None:
    """Load the demo into an empty panel. Where there are members already nothing is added."""
    staff.load()
    commit()
    added = panel.load(members, seed, lambda done: click.echo(f"{done} of {members} people"))
    commit()
    click.echo(f"{added} people are on the panel." if added else "The panel has members already: nobody was added.")


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(commands)
