"""From a row of the outbox to the bytes that leave: words in the recipient's language, and the headers around them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from flask import current_app

from core import clock, config
from i18n import languages, negotiation
from i18n.languages import Language
from mail import sealing, unsubscribing
from mail.claiming import Claimed
from mail.registry import Rules


@dataclass(frozen=True)
class Words:
    """A message in one language."""

    subject: str
    text: str
    html: str


def render(rules: Rules, context: dict[str, Any], language: Language, unsubscribe_link: str | None) -> Words:
    """Return the words of a message; the caller is `speaking` its language."""
    subject_of, text_of, html_of = _templates(rules.kind)
    given = {**context, "language": language, "unsubscribe_link": unsubscribe_link}
    given["formats"] = given.pop("$formats", [])
    subject = " ".join(subject_of.render(given).split())
    given["subject"] = subject
    return Words(subject, text_of.render(given).strip() + "\n", html_of.render(given).strip() + "\n")


def compose(row: Claimed, rules: Rules, address: str) -> bytes:
    """Return the message of `row` as it leaves, lines ending in CRLF; the caller is `speaking` its language."""
    language = languages.get(row.language)
    refusal = unsubscribing.link(row.recipient, rules.purpose) if rules.purpose else None
    context = sealing.unseal(row.context, row.message_id) if row.context else {}
    words = render(rules, context, language, refusal)
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{row.message_id}>"
    mail["Date"] = format_datetime(clock.now())
    mail["From"] = _sender(config.settings().organisation, config.settings().mail_from)
    mail["Reply-To"] = config.settings().contact_email
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = words.subject
    mail["Content-Language"] = language.tag
    # Out-of-office programs do not answer what says it was sent by a program (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    if refusal:
        mail["List-Unsubscribe"] = f"<{refusal}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(words.text, cte="quoted-printable" if words.text.isascii() else "base64")
    mail.add_alternative(words.html, subtype="html", cte="base64")
    return mail.as_bytes()


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Render messages in the language `tag` within the body."""
    with negotiation.speaking(tag):
        yield


@functools.cache
def _sender(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)


def _templates(kind: str) -> tuple[Any, Any, Any]:
    """Return the three templates of `kind`; Jinja keeps them compiled."""
    environment = current_app.jinja_env
    return tuple(  # type: ignore[return-value]
        environment.get_template(f"messages/{kind}/{part}") for part in ("subject.txt", "body.txt", "body.html")
    )
