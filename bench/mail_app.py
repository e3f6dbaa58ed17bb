"""The application with people and a message of the bench's own, for `flask --app bench.mail_app worker`."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

import app as application
from mail import recipients
from mail.recipients import Facts
from mail.registry import Mail, message

_LANGUAGES = ("en", "cy", "ar")
#: As long as an invitation is.
_SENTENCE = "{{ _('You can stop and come back later: what you have entered is kept.') }}"
_TEMPLATES = {
    "subject.txt": "{{ title }}",
    "body.txt": '{% extends "layouts/email.txt" %}{% block body %}{{ title }}\n\n'
    + f"{_SENTENCE}\n\n" * 4
    + "{{ link }}{% endblock %}",
    "body.html": '{% extends "layouts/email.html" %}{% from "components/message.html" import message_button %}'
    "{% block body %}"
    + f"<p>{_SENTENCE}</p>" * 4
    + "{{ message_button(link, title) }}<p>{{ day | day }}</p>{% endblock %}",
}


class BenchPeople:
    """As many people as the bench asks for."""

    def facts(self, ids: Sequence[str]) -> dict[str, Facts]:
        return {i: Facts(_LANGUAGES[int(i) % 3], purposes=frozenset({"panel"})) for i in ids}

    def addresses(self, ids: Sequence[str]) -> dict[str, str]:
        return {i: f"person.{i}@example.net" for i in ids}


@message("bench", purpose="panel", sample=lambda: {"title": "", "link": "", "day": None})
def bench(number: int) -> Mail:
    """Something like an invitation."""
    context = {"title": "Getting an appointment", "link": f"http://localhost/take-part/{number:043d}", "day": None}
    return Mail(f"bench:{number}", context, key="bench")


def create_app() -> Flask:
    """Return the application that knows the bench's people and message."""
    app = application.create_app()
    recipients.register("bench", BenchPeople())
    templates = {f"messages/bench/{name}": text for name, text in _TEMPLATES.items()}
    # For mypy: Flask's loader is one.
    app.jinja_env.loader = ChoiceLoader([DictLoader(templates), app.jinja_env.loader])  # type: ignore[list-item]
    return app
