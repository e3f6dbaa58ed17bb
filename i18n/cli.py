"""Commands for catalogues: extract, update, compile, and see what is missing."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from i18n import catalogues

commands = AppGroup("i18n", help="Catalogues of the pages' and messages' words.")


@commands.command("extract")
def extract() -> None:
    """Write every text that passes through gettext to messages.pot, for a translation tool."""
    path = catalogues.LOCALES / "messages.pot"
    catalogues.write(catalogues.extract(), path)
    click.echo(f"Written: {path.relative_to(catalogues.ROOT)}")


@commands.command("update")
def update() -> None:
    """Bring every messages.po up to date with the texts; makes it for a language that has none."""
    for path in catalogues.update():
        click.echo(f"Up to date: {path.relative_to(catalogues.ROOT)}")


@commands.command("compile")
def compile_() -> None:
    """Compile the catalogues that have changed; web and worker read them when they start."""
    for path in catalogues.compile_all():
        click.echo(f"Compiled: {path.relative_to(catalogues.ROOT)}")


@commands.command("missing")
@click.option("--public", is_flag=True, help="Only what the public can meet.")
def missing(public: bool) -> None:
    """Say how far each language is; exit with 1 when words that the public can meet are missing."""
    found = [catalogues.state(language) for language in catalogues.source_languages()]
    for state in found:
        left = len(state.missing_public) + len(state.missing_staff)
        draft = f" ({catalogues.DRAFT})" if state.draft else ""
        click.echo(f"{state.language.tag}: {state.texts - left} of {state.texts} texts translated{draft}")
        shown = state.missing_public if public else [*state.missing_public, *state.missing_staff]
        for message in shown:
            audience = "public" if message in state.missing_public else "staff"
            click.echo(f"  {audience}  {message.id!r}")
    raise SystemExit(1 if any(state.missing_public for state in found) else 0)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(commands)
