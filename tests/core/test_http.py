"""The web edge: headers, error pages, and what a log may hold."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask, abort

import app as application
from core import access
from core.database import db
from i18n import negotiation
from tests.conftest import make_settings
from tests.factories.staff import sign_in
from tests.support.pages import PageClient

SECRET = "Zebulon Quigglesworth, 0116 555 0199"
TOKEN = "tok-5f0c9e7a1b"


@pytest.fixture
def broken(tmp_path) -> Iterator[Flask]:
    """An application as in production (not testing), with pages that break in every way."""
    app = application.create_app(make_settings(tmp_path))
    app.test_client_class = PageClient

    @app.get("/broken/<token>")
    @access.public
    def broken_page(token: str) -> str:
        raise RuntimeError(f"{SECRET} {token}")

    @app.get("/broken-query/<token>")
    @access.public
    def broken_query(token: str) -> str:
        db.session.execute(sa.text("SELECT :who FROM nowhere"), {"who": SECRET})
        return ""

    @app.post("/sent")
    @access.public
    def sent() -> str:
        return "sent"

    @app.get("/status/<int:code>")
    @access.public
    def status(code: int) -> str:
        abort(code)

    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class TestHeaders:
    @pytest.mark.parametrize("url", ["/", "/health", "/no-such-page", "/staff/sign-in"])
    def test_stand_on_every_answer(self, client, url):
        headers = client.get(url).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "http:" not in policy, "nothing is loaded from anywhere else"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in headers or "HttpOnly" in headers["Set-Cookie"]

    def test_forbid_keeping_a_copy_of_a_page(self, client):
        assert client.get("/staff/sign-in").headers["Cache-Control"] == "no-store"

    def test_of_the_cookie_protect_it(self, client):
        client.get("/staff/sign-in")
        cookie = client.get_cookie("panel")
        assert cookie.http_only
        assert cookie.same_site == "Lax"

    def test_ask_for_https_where_it_is_served(self, tmp_path):
        app = application.create_app(make_settings(tmp_path, BASE_URL="https://panel.example.org"))
        with app.app_context():
            db.create_all()
        response = app.test_client().get("/staff/sign-in", base_url="https://panel.example.org")
        assert "max-age" in response.headers["Strict-Transport-Security"]
        assert "Secure" in response.headers["Set-Cookie"]

    def test_let_a_script_in_only_by_a_new_nonce(self, client, app):
        nonces = set()
        for _ in range(2):
            policy = client.get("/").headers["Content-Security-Policy"]
            nonces.update(re.findall("'nonce-([^']+)'", policy))
        for page in (client.get("/").page, client.get("/staff/sign-in").page):
            for script in page.all("script"):
                assert script.get("src") or script.get("nonce")
        assert len(nonces) in {0, 2}


class TestErrorPages:
    @pytest.mark.parametrize("code", [400, 403, 404, 405, 410, 413, 429, 503])
    @pytest.mark.parametrize(("tag", "direction"), [("en", "ltr"), ("ar", "rtl")])
    def test_are_in_the_readers_language(self, broken, code, tag, direction):
        response = broken.test_client().get(f"/status/{code}", headers={"Accept-Language": tag})
        assert response.status_code == code
        assert (response.page.root.get("lang"), response.page.root.get("dir")) == (tag, direction)

    def test_of_a_crash_shows_a_reference_and_no_trace(self, broken, caplog):
        response = broken.test_client().get(f"/broken/{TOKEN}")
        assert response.status_code == 500
        assert response.page.h1 == "Sorry, something went wrong"
        for word in ("Traceback", "RuntimeError", SECRET, TOKEN, ".py"):
            assert word not in response.page.html
        reference = re.search("say this: ([0-9a-f]{8})", response.page.text).group(1)
        assert reference in caplog.text, "whoever is told the number finds the line"

    def test_are_there_before_a_language_is_known(self, broken, monkeypatch):
        def fails() -> str:
            raise RuntimeError(SECRET)

        monkeypatch.setattr(negotiation, "_person_sources", [fails])
        response = broken.test_client().get("/")
        assert response.status_code == 500
        assert response.page.h1 == "Sorry, something went wrong"

    def test_are_there_when_even_the_page_cannot_be_made(self, broken, monkeypatch, caplog):
        monkeypatch.setitem(broken.jinja_env.globals, "footer_links", lambda: 1 / 0)
        response = broken.test_client().get(f"/broken/{TOKEN}")
        assert response.status_code == 500
        assert response.page.h1 == "Sorry, something went wrong"
        assert SECRET not in caplog.text

    def test_are_there_when_the_database_is_away(self, broken, monkeypatch):
        with broken.app_context():
            db.drop_all()
        client = broken.test_client()
        with client.session_transaction() as cookie:
            cookie.update(staff_token="x" * 43, staff_seen=2**33)
        response = client.get("/staff/")
        assert response.status_code == 500
        assert response.page.h1 == "Sorry, something went wrong"

    def test_say_in_words_that_a_form_must_be_sent_again(self, broken):
        response = broken.test_client().post("/sent")
        assert response.status_code == 400
        assert response.page.h1 == "Please send this page again"

    def test_keep_staff_among_staff_pages(self, client):
        sign_in(client, "payer")
        response = client.get("/staff/audit")
        assert response.status_code == 403
        assert response.page.all("nav", class_="app-menu")


class TestLog:
    def everything(self, caplog) -> str:
        return "\n".join(logging.Formatter().format(record) for record in caplog.records)

    def test_holds_the_name_of_the_page_and_neither_path_nor_query(self, broken, caplog):
        caplog.set_level(logging.DEBUG)
        broken.test_client().get(
            f"/status/410?q={TOKEN}&email=ann@example.org", headers={"Referer": f"http://x/{TOKEN}"}
        )
        text = self.everything(caplog)
        assert "GET status 410" in text
        assert TOKEN not in text
        assert "ann@example.org" not in text
        assert "127.0.0.1" not in text

    @pytest.mark.parametrize("url", [f"/broken/{TOKEN}", f"/broken-query/{TOKEN}"])
    def test_of_a_crash_holds_where_and_not_what(self, broken, caplog, url):
        caplog.set_level(logging.DEBUG)
        broken.test_client().get(url)
        text = self.everything(caplog)
        assert "test_http.py" in text, "the place is told"
        assert SECRET not in text
        assert TOKEN not in text

    def test_of_a_crash_after_the_page_holds_no_words_either(self, broken, caplog):
        """Flask itself logs what fails while an answer is finished, with path and message."""
        caplog.set_level(logging.DEBUG)

        @broken.after_request
        def fails(response):
            raise RuntimeError(SECRET)

        response = broken.test_client().get(f"/status/410?{TOKEN}")
        text = self.everything(caplog)
        assert response.status_code in {410, 500}
        assert SECRET not in text
        assert TOKEN not in text
