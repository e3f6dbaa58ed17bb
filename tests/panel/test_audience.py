"""Who is meant: of everybody's words on a purpose the latest counts, whatever was said before and of other purposes."""

from __future__ import annotations

import itertools

import sqlalchemy as sa

from core.database import db
from panel import audience, queries
from panel.models import Consent
from panel.services import consents
from tests.factories.members import make_member

#: Every way to have said yes and no up to three times, beginning with having said nothing.
HISTORIES = [said for times in range(4) for said in itertools.product((True, False), repeat=times)]


def say(member, *words: bool, purpose: str = "panel") -> None:
    text_id = consents.text_ids()["panel"]
    for given in words:
        when = {"at": member.applied_at, "how": "online", "language": "en", "text_id": text_id}
        db.session.add(Consent(member_id=member.id, purpose=purpose, given=given, **when))
        db.session.flush()


class TestMembersWhere:
    def test_takes_those_whose_latest_word_was_yes(self, app):
        expected = set()
        for said in HISTORIES:
            member = make_member()
            db.session.execute(sa.delete(Consent).where(Consent.member_id == member.id))
            say(member, *said)
            say(member, not (said and said[-1]), purpose="newsletter")
            if said and said[-1]:
                expected.add(member.id)
        db.session.commit()
        assert set(db.session.scalars(audience.members_where({}))) == expected
        for member_id in expected:
            assert queries.consents(member_id)["panel"]

    def test_leaves_out_who_is_not_active(self, app):
        here, _paused, _left = make_member(), make_member(state="paused"), make_member(state="left")
        assert list(db.session.scalars(audience.members_where({}))) == [here.id]

    def test_keeps_to_the_languages_wanted(self, app):
        make_member()
        arabic = make_member(language="ar")
        assert list(db.session.scalars(audience.members_where({"languages": ["ar"]}))) == [arabic.id]
