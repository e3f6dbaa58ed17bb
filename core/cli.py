"""Commands that belong to no domain: the audit log's proof, and the keys that encrypt single fields."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core import audit, config, sealed
from core.crypto import SealBrokenError
from core.database import commit

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
@click.option("--quiet", is_flag=True, help="Do not say when it begins and ends.")
def run_worker(quiet: bool) -> None:
    """Send messages and run periodic jobs until stopped; any number of workers, each with a WORKER_NAME of its own."""
    # Here, not above: web processes and other commands need none of it.
    from core.worker import Worker

    Worker(current_app._get_current_object(), quiet).run()  # type: ignore[attr-defined]  # a proxy


@core_commands.command("rotate-keys")
@click.option("--batch", default=500, show_default=True, help="How many values are sealed in one transaction.")
def rotate_keys(batch: int) -> None:
    """Seal every encrypted field with the first of FIELD_KEYS.

    Put a new key (flask core new-field-key) in front of the present ones, restart, run this, and only then take the
    old keys away. It can be stopped and run again, and people can go on working meanwhile. Links to unsubscribe in
    messages already sent go on working.
    """
    total = 0
    for name, column in sorted(sealed.registered().items()):
        try:
            total += _rotate(name, column, batch)
        except SealBrokenError:
            raise click.ClickException(
                f"A value in {name} opens with none of FIELD_KEYS. Nothing in its batch was changed. "
                "Put the key back with which it was sealed."
            ) from None
    for name, rekey in sorted(sealed.rekeys().items()):
        done = 0
        for portion in rekey():
            done += portion
            commit()
        click.echo(f"{name}: {done}")
    with audit.acting_as("command"):
        audit.record("keys.rotated", "field-keys", after={"values": total})
    commit()
    click.echo(f"{total} values are sealed with the present key. The others of FIELD_KEYS can now be taken away.")


def _rotate(name: str, column: sealed.SealedColumn, batch: int) -> int:
    done, after = 0, None
    while True:
        sealed_now, after = sealed.rotate_batch(column, after, batch)
        done += sealed_now
        commit()
        if after is None:
            click.echo(f"{name}: {done}")
            return done


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(run_worker)
    app.cli.add_command(audit_commands)
    app.cli.add_command(core_commands)
