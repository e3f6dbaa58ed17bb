"""Rate limits: who counts as one visitor, and what happens when the counters' server is away."""

from __future__ import annotations

import pytest

import app as application
from core import access, limits
from core.database import db
from tests.conftest import make_settings


class TestAddress:
    @pytest.mark.parametrize(
        ("given", "counted"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("not an address", "not an address"),
        ],
    )
    def test_counts_a_household_once(self, app, given, counted):
        with app.test_request_context(environ_base={"REMOTE_ADDR": given}):
            assert limits.address() == counted


def limited(folder, url):
    """An application with a page that may be opened twice a minute, counting at `url`."""
    app = application.create_app(make_settings(folder, RATE_LIMIT_URL=url))

    @app.get("/twice")
    @access.public
    @limits.limiter.limit("2 per minute")
    def twice() -> str:
        return "<!DOCTYPE html><html lang=en dir=ltr><title>t</title><h1>t</h1></html>"

    with app.app_context():
        db.create_all()
        limits.limiter.reset() if url.startswith("memory") else None
    return app


class TestLimit:
    @pytest.fixture(autouse=True)
    def _back_to_memory(self, application_on):
        yield
        limits.init_app(application_on, application_on.extensions["settings"])

    def test_is_refused_in_words(self, tmp_path, monkeypatch):
        client = limited(tmp_path, "memory://").test_client()
        assert [client.get("/twice").status_code for _ in range(3)] == [200, 200, 429]
        assert "Please wait a little" in client.get("/twice").get_data(as_text=True)

    def test_holds_in_this_process_while_redis_is_away(self, tmp_path):
        """Nothing listens on that port: people are neither turned away nor let in without limit."""
        client = limited(tmp_path, "redis://127.0.0.1:1/0").test_client()
        assert [client.get("/twice").status_code for _ in range(3)] == [200, 200, 429]
