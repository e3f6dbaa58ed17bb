"""From a row of the outbox to the bytes that leave: words in the recipient's language, and the headers around them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from flask import current_app

from core import clock, config
from i18n import languages, negotiation
from i18n.languages import Language
from mail import mime, sealing, unsubscribing
from mail.claiming import Claimed
from mail.registry import Rules


@dataclass(frozen=True)
class Words:
    """A message in one language."""

    subject: str
    text: str
    html: str


def render(
    rules: Rules, context: dict[str, Any], language: Language, unsubscribe_link: str | None, *, by_hand: bool = False
) -> Words:
    """Return the words of a message; the caller is `speaking` its language.

    `by_hand`: for a letter or a call, where a link to a page that takes signing in by e-mail is of no use.
    """
    subject_of, text_of, html_of = _templates(rules.kind)
    given = {**context, "language": language, "unsubscribe_link": unsubscribe_link, "by_hand": by_hand}
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
    settings = config.settings()
    headers = {
        "Message-ID": f"<{row.message_id}>",
        "Date": format_datetime(clock.now()),
        "From": mime.mailbox(settings.organisation, settings.mail_from),
        "Reply-To": mime.address(settings.contact_email),
        "To": mime.address(address),
        "Subject": words.subject,
        "Content-Language": language.tag,
        # Programs that answer for people who are away do not answer this (RFC 3834).
        "Auto-Submitted": "auto-generated",
    }
    if refusal:
        # RFC 8058: one click in the mail program, carried out by a POST without any sign-in.
        headers["List-Unsubscribe"] = f"<{refusal}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mime.build(headers, words.text, words.html, language.tag, row.message_id.partition("@")[0])


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Render messages in the language `tag` within the body."""
    with negotiation.speaking(tag):
        yield


def _templates(kind: str) -> tuple[Any, Any, Any]:
    """Return the three templates of `kind`; Jinja keeps them compiled."""
    environment = current_app.jinja_env
    return tuple(  # type: ignore[return-value]  # a tuple of unknown length to mypy
        environment.get_template(f"messages/{kind}/{part}") for part in ("subject.txt", "body.txt", "body.html")
    )
