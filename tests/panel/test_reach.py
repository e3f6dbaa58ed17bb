import datetime as dt

import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from mail import recipients, signals, unsubscribing
from panel import jobs, profiles, queries
from panel.models import JoinApplication, Member, MemberLink, MemberState
from panel.services import applications, links
from tests.factories.members import make_member
from tests.support.queries import at_most
from tests.support.times import in_days


class TestRecipients:
    def test_answer_for_many_with_few_queries(self, app):
        members = [make_member(language="ar", formats=["large_print"]) for _ in range(20)]
        names = [f"member:{m.id}" for m in members]
        with at_most(2):
            facts = recipients.facts_of(names)
        assert facts[names[0]] == recipients.Facts("ar", "email", ("large_print",), frozenset({"panel", "newsletter"}))
        with at_most(1):
            assert len(recipients.addresses_of(names)) == 20

    def test_do_not_ask_who_has_paused_or_not_confirmed(self, app):
        paused, applied = make_member(state=MemberState.PAUSED), make_member(state=MemberState.APPLIED)
        facts = recipients.facts_of([f"member:{paused.id}", f"member:{applied.id}"])
        assert [f.purposes for f in facts.values()] == [frozenset({"newsletter"}), frozenset()]

    def test_do_not_know_who_has_left(self, app):
        member = make_member(state=MemberState.LEFT)
        assert recipients.facts_of([f"member:{member.id}"]) == {}
        assert recipients.addresses_of([f"member:{member.id}", "member:99999", "member:x"]) == {}

    def test_keep_to_the_route_but_for_what_was_asked_for(self, app):
        member = make_member(route="post", email="letters@example.org")
        facts = recipients.facts_of([f"member:{member.id}", f"member_account:{member.id}"])
        assert [f.route for f in facts.values()] == ["post", "email"]


class TestSignals:
    def test_a_refusal_takes_the_consent_back_once(self, app):
        member = make_member()
        for _ in range(2):
            signals.purpose_refused.send("test", recipient=f"member:{member.id}", purpose="newsletter")
        db.session.commit()
        assert queries.consents(member.id) == {"panel": True, "newsletter": False}

    def test_a_mail_program_that_repeats_itself_is_on_record_once(self, app):
        member = make_member()
        for _ in range(3):
            for purpose in ("newsletter", "panel"):
                unsubscribing.refuse(unsubscribing.Refusal(f"member:{member.id}", purpose))
        db.session.commit()
        recorded = sa.select(AuditEntry.after).where(AuditEntry.action == "messages.refused").order_by(AuditEntry.id)
        assert db.session.scalars(recorded).all() == [{"purpose": "newsletter"}, {"purpose": "panel"}]

    def test_who_wants_no_invitations_is_given_a_break(self, app):
        member = make_member()
        for _ in range(2):
            signals.purpose_refused.send("test", recipient=f"member:{member.id}", purpose="panel")
        db.session.commit()
        assert (member.state, member.paused_until) == (MemberState.PAUSED, None)
        assert recipients.facts_of([f"member:{member.id}"])[f"member:{member.id}"].purposes == {"newsletter"}

    def test_bounces_too_many_to_go_on_list_somebody_as_one_for_good_does(self, app):
        member = make_member()
        signals.address_bounced.send("test", recipient=f"member:{member.id}", kind="welcome", reason="soft")
        assert not member.route_works

    def test_of_others_are_left_alone(self, app):
        member = make_member()
        signals.purpose_refused.send("test", recipient=f"staff:{member.id}", purpose="panel")
        signals.address_bounced.send("test", recipient=f"member_new:{member.id}", kind="x", reason="hard")
        assert (member.state, member.route_works) == (MemberState.ACTIVE, True)


class TestClearOut:
    def test_deletes_what_nobody_came_back_to(self, app):
        applications.begin({"route": "email"})
        make_member(state=MemberState.APPLIED)
        on_paper = make_member(state=MemberState.APPLIED, route="post").id
        member = make_member()
        kept = {on_paper, member.id}
        links.make(member.id, "sign_in", dt.timedelta(minutes=15))
        db.session.commit()
        with clock.stopped_at(in_days(20)):
            jobs.clear_out()
        assert set(db.session.scalars(sa.select(Member.id))) == kept
        for table in (JoinApplication, MemberLink):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0

    def test_forgets_ended_memberships_in_the_end(self, app):
        make_member(state=MemberState.LEFT, left_at=clock.now() - dt.timedelta(days=7 * 365))
        kept = make_member(state=MemberState.LEFT, left_at=clock.now() - dt.timedelta(days=365)).id
        jobs.clear_out()
        assert set(db.session.scalars(sa.select(Member.id))) == {kept}


class TestAgeBands:
    def test_follow_birthdays(self, app):
        year = clock.today().year - 24
        member = make_member(answers={"date_of_birth": {"year": year, "month": 1, "day": 1}})
        assert queries.find_profile(member.id).age_band == "20-24"
        with clock.stopped_at(in_days(400)):
            jobs.keep_age_bands()
        db.session.expire_all()
        profile = queries.find_profile(member.id)
        assert profile.age_band == "25-34"
        assert profiles.open_answers(member, profile)["date_of_birth"]["year"] == year
