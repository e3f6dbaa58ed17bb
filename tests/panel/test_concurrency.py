"""Two hundred people, or one person and a script, join with one address at one moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from werkzeug.test import Client

from core import humans
from core.database import db
from core.limits import limiter
from mail.models import OutboxMessage
from panel.models import JoinApplication, Member, MemberLink
from panel.services import applications
from tests.factories.areas import make_areas

JOINS = 200


def application(email: str) -> dict:
    return {
        "began": humans.token(),
        "old_enough": True,
        "route": "email",
        "email": email,
        "name": "Asha Patel",
        "pronouns": "",
        "postcode": "",
        "area": next(iter(make_areas().values())).id,
        "equality": "no",
        "formats": [],
        "support": [],
        "support_text": "",
        "language": "en",
        "consents": {"panel": True, "newsletter": False, "research_contact": False},
    }


class TestJoiningAtOnce:
    def test_makes_one_member(self, app, monkeypatch):
        tokens = [applications.begin(application("Asha@example.org")) for _ in range(JOINS)]
        db.session.commit()
        monkeypatch.setattr(limiter, "enabled", False)
        monkeypatch.setattr(humans, "QUICKEST", -1)
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
        together = threading.Barrier(8)

        def join(number: int) -> int:
            visitor = Client(app)
            visitor.set_cookie("join", tokens[number], path="/join")
            if number < 8:
                together.wait(30)
            return visitor.post("/join/check", data={"opened": humans.token()}).status_code

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(join, range(JOINS)))
        assert set(codes) == {303}
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JoinApplication)) == 0
        usable = sa.select(sa.func.count()).where(MemberLink.used_at.is_(None))
        assert db.session.scalar(usable) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 5

    def test_sent_twice_by_one_browser_makes_one_member(self, app, monkeypatch):
        post = application("") | {"route": "post", "address": "1 High Street\nOakham"}
        token = applications.begin(post)
        db.session.commit()
        monkeypatch.setattr(limiter, "enabled", False)
        monkeypatch.setattr(humans, "QUICKEST", -1)
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

        def send(number: int) -> int:
            visitor = Client(app)
            visitor.set_cookie("join", token, path="/join")
            return visitor.post("/join/check", data={"opened": humans.token()}).status_code

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(send, range(20)))
        assert set(codes) == {303}
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 1
