"""Commands of the panel: `flask panel load-areas`, `flask panel load-postcodes FILE`."""

from __future__ import annotations

from typing import TextIO

import click
from flask import Flask
from flask.cli import AppGroup

from core.database import commit, db
from core.errors import DomainError
from i18n.web import words
from panel.lottery.cli import COMMANDS as LOTTERY_COMMANDS
from panel.services import places

commands = AppGroup("panel", help="Areas, postcodes and population figures.")


@commands.command("load-areas")
def load_areas() -> None:
    """Bring in the areas and the population figures that come with the project; again as often as you like."""
    count = places.load_areas()
    commit()
    click.echo(f"Areas are loaded, with {count} population figures.")


@commands.command("load-postcodes")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def load_postcodes(file: TextIO) -> None:
    """Replace the postcode table by FILE, a CSV in the columns of the ONS directory (pcds, laua, lsoa21).

    Postcodes outside the areas of this panel are passed over. When a row cannot be used nothing is changed.
    """
    try:
        kept, passed = places.load_postcodes(file)
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(words(error)) from None
    except UnicodeDecodeError:
        db.session.rollback()
        raise click.ClickException("The file is not text in UTF-8. Nothing was loaded.") from None
    commit()
    click.echo(f"{kept} postcodes are loaded, {passed} lie outside the panel's areas.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in LOTTERY_COMMANDS:
        commands.add_command(command)
    app.cli.add_command(commands)
