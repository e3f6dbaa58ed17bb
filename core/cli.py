"""Commands that belong to no domain: `flask audit verify`, `flask core new-field-key`."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core import audit, config

audit_commands = AppGroup("audit", help="The record of changes.")
core_commands = AppGroup("core", help="Keys and upkeep.")


@audit_commands.command("verify")
def verify_audit() -> None:
    """Walk the hash chain; exit with 1 when a row has been changed, removed or put in."""
    broken = audit.verify()
    if broken is not None:
        click.echo(f"The chain breaks at entry {broken}.")
        raise SystemExit(1)
    click.echo("The audit log is whole.")


@core_commands.command("new-field-key")
def new_field_key() -> None:
    """Print a fresh entry for FIELD_KEYS."""
    click.echo(config.new_field_key())


@click.command("worker")
def run_worker() -> None:
    """Send messages and run periodic jobs until stopped; any number of workers, each with a WORKER_NAME of its own."""
    # Here, not above: web processes and other commands need none of it.
    from core.worker import Worker

    Worker(current_app._get_current_object()).run()  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(run_worker)
    app.cli.add_command(audit_commands)
    app.cli.add_command(core_commands)
