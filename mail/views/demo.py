"""The demo's mailbox: everything the demo sent, for anybody to read. It exists only where DEMO is set."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from core import access, config
from i18n import languages
from mail import mailbox, transports
from mail.views import blueprint


@blueprint.get("/demo/mail")
@access.public
def demo_mailbox() -> str:
    """The newest messages."""
    return render_template("mail/demo_mailbox.html", letters=mailbox.newest(_folder()), languages=languages)


@blueprint.get("/demo/mail/<name>")
@access.public
def demo_letter(name: str) -> str:
    """One message: its words with links that work."""
    return render_template("mail/demo_letter.html", letter=_letter(name), languages=languages)


@blueprint.get("/demo/mail/<name>/html")
@access.public
def demo_letter_html(name: str) -> ResponseReturnValue:
    """The message as a mail program shows it."""
    response = Response(_letter(name).html, mimetype="text/html")
    # Its own styles and nothing else: no script, no picture, no form.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response


def _folder() -> Path:
    settings = config.settings()
    transport = transports.of(settings)
    if not settings.demo or not isinstance(transport, transports.FolderTransport):
        abort(404)
    return transport.folder


def _letter(name: str) -> mailbox.Letter:
    letter = mailbox.find(_folder(), name)
    if letter is None:
        abort(404)
    return letter
