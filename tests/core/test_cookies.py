"""The signed cookie: Flask's own in all that can be seen of it."""

from __future__ import annotations

import time

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from core.cookies import CookieSessions

OURS, FLASKS = CookieSessions(), SecureCookieSessionInterface()


@pytest.fixture
def small() -> Flask:
    made = Flask("small")
    made.secret_key = "the present secret"
    return made


def signed(interface, app, value):
    return interface.get_signing_serializer(app).dumps(value)


def opened(interface, app, cookie):
    with app.test_request_context(headers={"Cookie": f"session={cookie}"}) as context:
        return dict(interface.open_session(app, context.request))


def with_changed(cookie, place):
    """Return the cookie with one letter changed; of the very last letter of a signature not every bit counts."""
    return cookie[:place] + ("x" if cookie[place] != "x" else "y") + cookie[place + 1 :]


class TestCookieSessions:
    @pytest.mark.parametrize(("writer", "reader"), [(OURS, FLASKS), (FLASKS, OURS), (OURS, OURS)])
    def test_reads_and_writes_what_flask_does(self, small, writer, reader):
        value = {"answering": {"slug": "token"}, "n": 1}
        assert opened(reader, small, signed(writer, small, value)) == value

    def test_does_not_take_what_was_changed(self, small):
        cookie = signed(OURS, small, {"a": 1})
        assert opened(OURS, small, with_changed(cookie, 0)) == {}

    def test_a_changed_one_is_not_taken_after_the_true_one_was(self, small):
        cookie = signed(OURS, small, {"a": 1})
        assert opened(OURS, small, cookie) == {"a": 1}
        assert opened(OURS, small, with_changed(cookie, cookie.rindex(".") + 1)) == {}

    def test_a_visit_changes_its_own_copy_only(self, small):
        cookie = signed(OURS, small, {"answering": {"slug": "token"}})
        with small.test_request_context(headers={"Cookie": f"session={cookie}"}) as context:
            OURS.open_session(small, context.request)["answering"]["slug"] = "another"
        assert opened(OURS, small, cookie) == {"answering": {"slug": "token"}}

    def test_does_not_take_one_that_has_grown_too_old_though_it_was_taken_before(self, small, monkeypatch):
        cookie = signed(OURS, small, {"a": 1})
        assert opened(OURS, small, cookie) == {"a": 1}
        later = time.time() + small.permanent_session_lifetime.total_seconds() + 2
        monkeypatch.setattr("core.cookies.time.time", lambda: later)
        assert opened(OURS, small, cookie) == {}

    def test_takes_a_retired_secret_while_it_is_listed_and_signs_with_the_present_one(self, small):
        old = signed(OURS, small, {"a": 1})
        small.secret_key = "a new secret"
        assert opened(OURS, small, old) == {}
        small.config["SECRET_KEY_FALLBACKS"] = ["the present secret"]
        assert opened(OURS, small, old) == {"a": 1}
        fresh = signed(OURS, small, {"a": 2})
        small.config["SECRET_KEY_FALLBACKS"] = None
        assert opened(FLASKS, small, fresh) == {"a": 2}

    def test_is_what_the_application_uses(self, app):
        assert isinstance(app.session_interface, CookieSessions)
        with app.test_request_context():
            session["a"] = 1
            assert session.modified
