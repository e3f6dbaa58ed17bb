"""Commands of the panel: `flask panel load-areas`, `flask panel load-postcodes FILE`."""

from __future__ import annotations

import datetime as dt
from typing import TextIO

import click
from flask import Flask
from flask.cli import AppGroup

from core.database import commit, db
from core.errors import DomainError
from i18n.web import words
from panel.jobs import index_addresses
from panel.lottery.cli import COMMANDS as LOTTERY_COMMANDS
from panel.representation import presenting
from panel.services import places, targets

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


@commands.command("index-addresses")
def index_all_addresses() -> None:
    """Note now which members share an address, where it is not known yet; the worker does so once a day, too."""
    index_addresses()
    click.echo("Addresses are indexed.")


_DAY = click.DateTime(formats=["%Y-%m-%d"])


@commands.command("load-targets")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--source", default="", help="Where the figures come from, for rows that do not say it.")
@click.option("--as-of", type=_DAY, help="The day they describe, for rows that do not say it.")
@click.option("--valid-from", type=_DAY, help="Compare with them from this day on; else from today.")
def load_targets(file: TextIO, source: str, as_of: dt.datetime | None, valid_from: dt.datetime | None) -> None:
    """Load the population figures in FILE, a CSV with the columns area, feature, category, count (source, as_of).

    Figures of one feature in one area replace those before, which are kept as history. When a row cannot be used
    nothing is changed. Says where the figures do not add up.
    """
    defaults = targets.Defaults(source.strip(), as_of.date() if as_of else None)
    try:
        blocks = targets.read(file, defaults)
        lines = presenting.mismatches(targets.check(blocks))
        targets.load(blocks, "command", valid_from.date() if valid_from else None)
    except targets.TargetFileError as error:
        db.session.rollback()
        problems = "\n".join(presenting.problems(error.problems))
        raise click.ClickException(f"Nothing was loaded.\n{problems}") from None
    except UnicodeDecodeError:
        db.session.rollback()
        raise click.ClickException("The file is not text in UTF-8. Nothing was loaded.") from None
    commit()
    click.echo(f"{sum(len(b.counts) for b in blocks)} figures are loaded, in {len(blocks)} sets.")
    for line in lines:
        click.echo(line)


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in LOTTERY_COMMANDS:
        commands.add_command(command)
    app.cli.add_command(commands)
