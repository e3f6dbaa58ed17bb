"""`flask mail`: reading bounces from a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from core import audit
from core.database import commit
from mail import bounces, settling

commands = AppGroup("mail", help="Messages.")


@commands.command("bounces")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def read_bounces(folder: Path) -> None:
    """Read reports of messages that came back from FOLDER: a Maildir, or .eml files. What was read moves to a folder
    beside."""
    tally: Counter[str] = Counter()
    with audit.acting_as("command"):
        for path, read in _reports(folder):
            tally[bounces.take(path.read_bytes())] += 1
            commit()
            read.parent.mkdir(exist_ok=True)
            path.rename(read)
    click.echo(
        f"{tally.total()} read: {tally['hard']} for good, {tally['soft']} for now, "
        f"{tally['unmatched']} of messages we do not know, {tally['other']} no bounces."
    )


@commands.command("hold")
def hold_messages() -> None:
    """After a restore, before a worker starts: send nothing that waits until a person has decided about it, because it
    may have left since the backup was made."""
    with audit.acting_as("command"):
        held = settling.hold_all()
        commit()
    click.echo(f"{held} held back. Decide about them on the staff page Messages, a campaign at a time.")


def _reports(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each report with the place it moves to once it is read."""
    if (folder / "new").is_dir():
        for path in sorted((folder / "new").iterdir()):
            yield path, folder / "cur" / f"{path.name}:2,S"
        return
    for path in sorted(folder.glob("*.eml")):
        yield path, folder / "read" / path.name


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(commands)
