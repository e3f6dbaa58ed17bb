"""Messages and people that belong to the tests of this room alone."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from core import config
from mail import delivery, recipients, registry, transports
from mail.delivery import Post
from mail.registry import Mail, Message, message
from mail.transports import Transport
from tests.mail.people import People

TEMPLATES = {
    "messages/{kind}/subject.txt": "News for {{ name }}\n",
    "messages/{kind}/body.txt": '{% extends "layouts/email.txt" %}{% block body %}Hello {{ name }} & all: '
    "{{ link }}{% endblock %}",
    "messages/{kind}/body.html": '{% extends "layouts/email.html" %}{% block title %}News{% endblock %}'
    '{% block body %}<p>Hello {{ name }}: <a href="{{ link }}">read it</a></p>{% endblock %}',
}


def _news(number: int, key: str = "news:1", name: str = "Anwen <b>") -> Mail:
    return Mail(f"person:{number}", {"name": name, "link": "https://panel.example.org/a?b=1&c=2"}, key=key)


def _sample() -> dict[str, str]:
    return {"name": "Anwen", "link": "https://panel.example.org/"}


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> People:
    """Nobody yet; `people.add("1")` adds somebody who wants the newsletter."""
    found = People()
    monkeypatch.setitem(recipients._sources, "person", found)
    return found


@pytest.fixture
def kinds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Message]]:
    """Three kinds of message: `news` may be refused, `notice` may not, `nudge` comes once a week at most."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    templates = {
        name.format(kind=kind): text for kind in ("news", "notice", "nudge") for name, text in TEMPLATES.items()
    }
    loader = app.jinja_env.loader
    # For mypy: Flask's loader is one.
    app.jinja_env.loader = ChoiceLoader([DictLoader(templates), loader])  # type: ignore[list-item]
    yield {
        "news": message("news", purpose="newsletter", sample=_sample)(_news),
        "notice": message("notice", sample=_sample)(_news),
        "nudge": message("nudge", repeat_window=dt.timedelta(days=7), sample=_sample)(_news),
    }
    app.jinja_env.loader = loader


class TestPost:
    """A worker's post in the test's own process, with the transport the test chooses."""

    __test__ = False

    def __init__(self, settings, transport) -> None:  # type: ignore[no-untyped-def]  # a stand-in
        self.post = Post(settings, transport)
        self.stop = threading.Event()

    def send_all(self) -> None:
        """Send until nothing is due; a transport that is down is tried once."""
        self.post._settled_at = None
        while self.post.ready() and self.post.portion(self.stop):
            if self.post._pause > delivery.FIRST_PAUSE:
                break


@pytest.fixture
def make_post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Transport], TestPost]]:
    """Make posts over any transport; they are closed afterwards."""
    monkeypatch.setattr("mail.delivery.FIRST_PAUSE", 0.01)
    made: list[TestPost] = []

    def make(transport: Transport) -> TestPost:
        made.append(TestPost(config.settings(), transport))
        return made[-1]

    yield make
    for post in made:
        post.post.close()


@pytest.fixture
def post(app: Flask, make_post: Callable[[Transport], TestPost]) -> TestPost:
    """A post that writes .eml files."""
    return make_post(transports.of(config.settings()))
