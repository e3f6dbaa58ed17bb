"""The demo: a panel on real census figures, with engagements at every stage of the loop."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from core import config


def init_app(app: Flask) -> None:
    """Add `flask demo`."""
    from demo import cli

    cli.init_app(app)


def welcome() -> list[str]:
    """Return the lines that `./run` shows of the demo: who can sign in, and where its mail is read."""
    from demo.loading import sign_ins

    settings = config.settings()
    scheme, _, folder = settings.mail_url.partition(":")
    if scheme == "folder":
        where = f"at {settings.base_url}/demo/mail, and lies in {Path(settings.instance_path, folder)}"
    else:
        where = "where MAIL_URL says"
    return [*sign_ins(), f"The demo's mail is read {where}."]
