"""The life of a fieldwork: planned, checked, released, opened, invited to, extended, closed."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InternalError

from core import audit, clock
from core.database import db
from mail import registry
from mail.models import OutboxMessage
from panel.models import Ask, Member, Milestone, QuietPeriod
from panel.services import asking as asks
from surveys import jobs
from surveys.models import AnswerSession, Fieldwork, Kind, Participation
from surveys.queries import fieldwork as fieldworks
from surveys.queries import participation
from surveys.queries.answering import GRACE
from surveys.services import fieldwork as services
from tests.factories.areas import make_areas
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.factories.staff import sign_in
from tests.factories.surveys import make_survey, publish
from tests.support.queries import at_most, recorded
from tests.support.times import in_days
from tests.surveys import respondents


@pytest.fixture
def version(app):
    return publish(make_survey())


def plan(version, **changes) -> services.Plan:
    now = clock.now()
    values = {
        "version_id": version.id,
        "kind": Kind.ANONYMOUS,
        "languages": ["en"],
        "opens_at": now + dt.timedelta(hours=1),
        "closes_at": now + dt.timedelta(days=40),
    }
    return services.Plan(**(values | changes))


def create(version, **changes) -> Fieldwork:
    from surveys.queries import versions

    fieldwork = services.create(versions.get_survey(version.survey_id), plan(version, **changes))
    db.session.commit()
    return fieldwork


class TestRelease:
    def test_a_short_survey_needs_a_reason_which_is_kept(self, version):
        fieldwork = create(version, closes_at=clock.now() + dt.timedelta(days=10))
        with pytest.raises(services.NotReadyError):
            services.release(fieldwork, {})
        db.session.rollback()
        services.release(fieldwork, {"short": "The board decides in two weeks."})
        db.session.commit()
        assert fieldwork.state == "scheduled"
        assert fieldwork.reasons == {"short": "The board decides in two weeks."}

    def test_it_opens_and_closes_by_itself(self, version):
        fieldwork = create(version)
        services.release(fieldwork, {})
        db.session.commit()
        jobs.keep_timetable()
        assert db.session.get(Fieldwork, fieldwork.id).state == "scheduled"
        opens, closes = fieldwork.opens_at, fieldwork.closes_at
        with clock.stopped_at(opens):
            jobs.keep_timetable()
        assert db.session.get(Fieldwork, fieldwork.id).state == "open"
        with clock.stopped_at(closes):
            jobs.keep_timetable()
        assert db.session.get(Fieldwork, fieldwork.id).state == "open", "those who have begun still have half an hour"
        with clock.stopped_at(closes + GRACE):
            jobs.keep_timetable()
        assert db.session.get(Fieldwork, fieldwork.id).state == "closed"


class TestFixedOnceOpen:
    @pytest.mark.parametrize("change", [{"kind": "open"}, {"state": "draft"}, {"version_id": Fieldwork.version_id + 1}])
    def test_the_database_refuses_whoever_asks(self, app, change):
        fieldwork = make_open_fieldwork()
        with pytest.raises((IntegrityError, InternalError)):
            db.session.execute(sa.update(Fieldwork).where(Fieldwork.id == fieldwork.id).values(**change))
        db.session.rollback()

    def test_the_service_says_why(self, app):
        fieldwork = make_open_fieldwork()
        version = db.session.get_one(type(publish(make_survey())), fieldwork.version_id)
        with pytest.raises(services.FixedOnceOpenError):
            services.change(fieldwork, plan(version, kind=Kind.OPEN))

    def test_only_confidential_fieldwork_may_hold_a_key_for_pseudonyms(self, app):
        fieldwork = make_open_fieldwork()
        with pytest.raises(IntegrityError):
            db.session.execute(sa.update(Fieldwork).where(Fieldwork.id == fieldwork.id).values(pseudonym_key=b"x"))
        db.session.rollback()


class TestInviting:
    def test_people_of_the_audience_are_invited_once_and_written_to(self, app):
        areas = make_areas()
        leicester = next(a for a in areas.values() if a.name == "Leicester")
        inside = [make_member(area=leicester) for _ in range(3)]
        make_member(area=next(a for a in areas.values() if a.name == "Rutland"))
        make_member(area=leicester, state="paused")
        by_post = make_member(area=leicester, route="post", email=None, address="1 High Street")
        fieldwork = make_open_fieldwork(audience={"area_ids": [leicester.id]}, inviting=True)
        jobs.write_to_people()
        jobs.write_to_people()
        invited = set(db.session.scalars(sa.select(Participation.member_id)))
        assert invited == {m.id for m in inside} | {by_post.id}
        written_to = set(db.session.scalars(sa.select(OutboxMessage.recipient)))
        assert written_to == {f"member:{m.id}" for m in inside}
        assert not db.session.get(Fieldwork, fieldwork.id).inviting

    def test_many_are_invited_with_few_queries(self, app):
        for _ in range(25):
            make_member()
        fieldwork = make_open_fieldwork(inviting=True)
        from surveys.services import invitations

        with at_most(23):
            assert invitations.invite_chunk(fieldwork) == 25

    def test_more_people_take_no_more_statements(self, app):
        from surveys.services import invitations

        counts = []
        for people in (3, 40):
            for _ in range(people):
                make_member()
            fieldwork = make_open_fieldwork(inviting=True)
            assert fieldworks.engagement_of(fieldwork)
            with recorded() as recorder:
                invitations.invite_chunk(fieldwork)
            counts.append(recorder.count)
            db.session.commit()
        assert counts[0] == counts[1]

    def test_an_audience_spread_thinly_over_the_panel_is_found_portion_by_portion(self, app, monkeypatch):
        from surveys.services import invitations

        monkeypatch.setattr(invitations, "CHUNK", 4)
        members = [make_member(language="pl" if number in {0, 9, 17, 18, 22} else "en") for number in range(25)]
        wanted = [m.id for m in members if m.language == "pl"]
        fieldwork = make_open_fieldwork(audience={"languages": ["pl"]}, inviting=True)
        portions = []
        while portion := invitations.invite_chunk(fieldwork):
            portions.append(portion)
            db.session.commit()
        assert list(db.session.scalars(sa.select(Participation.member_id).order_by(Participation.id))) == wanted
        assert sum(portions) == 5
        assert len(portions) > 1
        assert not fieldwork.inviting

    def test_who_was_asked_twice_this_month_is_passed_over_and_reminders_do_not_count(self, app):
        asked_enough, other = make_member(), make_member()
        for number in range(2):
            asks.ask([asked_enough.id], clock.today(), kind="event", source=f"event:{number}")
        first = make_open_fieldwork(inviting=True)
        jobs.write_to_people()
        services.remind(first)
        db.session.commit()
        jobs.write_to_people()
        second = make_open_fieldwork(inviting=True)
        jobs.write_to_people()
        invited = db.session.execute(
            sa.select(Participation.fieldwork_id, Participation.member_id).order_by(Participation.id)
        ).all()
        assert [tuple(row) for row in invited] == [(first.id, other.id), (second.id, other.id)]
        assert not db.session.get(Fieldwork, second.id).inviting
        kept = db.session.scalars(sa.select(Ask).where(Ask.member_id == other.id).order_by(Ask.id)).all()
        assert [ask.source for ask in kept] == [f"fieldwork:{first.id}", f"fieldwork:{second.id}"]
        assert kept[0].engagement_id == fieldworks.engagement_id_of(first)

    def test_inviting_waits_for_the_end_of_a_quiet_period(self, app):
        member = make_member()
        today = clock.today()
        days = {"starts_on": today, "ends_on": today + dt.timedelta(days=2)}
        db.session.add(QuietPeriod(reason="Holidays", made_at=clock.now(), made_by="staff:1", **days))
        fieldwork = make_open_fieldwork(inviting=True)
        jobs.write_to_people()
        assert fieldworks.still_inviting() == []
        with clock.stopped_at(in_days(3)):
            assert fieldworks.still_inviting() == [fieldwork.id]
            jobs.write_to_people()
            assert db.session.scalars(sa.select(Participation.member_id)).all() == [member.id]
            assert fieldworks.still_inviting() == []

    def test_reminders_go_to_those_who_are_not_done(self, app):
        fieldwork = make_open_fieldwork()
        done, late = make_member(), make_member()
        ways = invite(fieldwork, [done, late])
        respondents.answer(app.test_client(), ways[0].token, fieldwork.slug)
        services.remind(fieldwork)
        db.session.commit()
        jobs.write_to_people()
        reminded = db.session.scalars(sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == "reminder")).all()
        assert reminded == [f"member:{late.id}"]
        assert participation.counts(fieldwork.id) == {"invited": 0, "reminded": 1, "done": 1, "all": 2}


class TestOver:
    def test_invitations_held_back_until_it_closed_are_of_no_use(self, app):
        rules = registry.rules_of("invitation")
        still, closed = make_open_fieldwork(), make_open_fieldwork()
        services.close_early(closed, "The decision was brought forward.")
        db.session.commit()
        keys = [f"invitation:fieldwork:{still.id}", f"invitation:fieldwork:{closed.id}", "of another room"]
        with at_most(1):
            assert rules.over(keys) == [keys[1]]
        assert registry.rules_of("reminder").over([f"reminder:fieldwork:{closed.id}:202603010900"])

    def test_nobody_is_invited_in_the_last_minutes(self, app):
        fieldwork = make_open_fieldwork()
        fieldwork.inviting = True
        make_member()
        db.session.commit()
        assert fieldworks.still_inviting() == [fieldwork.id]
        with clock.stopped_at(fieldwork.closes_at + dt.timedelta(minutes=5)):
            assert fieldworks.still_inviting() == []


class TestStaffPages:
    def test_plan_release_and_watch(self, client, version):
        sign_in(client, "administrator")
        opens = (clock.now() + dt.timedelta(days=1)).date()
        closes = opens + dt.timedelta(days=45)
        page = client.submit(
            f"/staff/surveys/{version.survey_id}/fieldwork/new",
            kind="anonymous",
            languages="en",
            **{"opens_on-day": opens.day, "opens_on-month": opens.month, "opens_on-year": opens.year},
            **{"closes_on-day": closes.day, "closes_on-month": closes.month, "closes_on-year": closes.year},
        ).page
        assert "Everything on the checklist is in order." in page.text
        fieldwork = db.session.scalars(sa.select(Fieldwork)).one()
        assert fieldwork.opens_at == dt.datetime.combine(opens, dt.time(9), clock.zone())
        page = client.submit(f"/staff/fieldwork/{fieldwork.id}", "release").page
        assert "Opens by itself" in page.text

    def test_a_wrong_plan_is_refused_and_kept(self, client, version):
        sign_in(client, "administrator")
        response = client.submit(f"/staff/surveys/{version.survey_id}/fieldwork/new", opens_time="nine", kind="open")
        assert response.status_code == 422
        assert "Enter a time such as 9:00 or 17:30." in response.page.errors
        assert response.page.one("input", id="opens_time").get("value") == "nine"

    def test_extending_needs_a_reason_and_is_on_record(self, client, app):
        sign_in(client, "panel_manager")
        fieldwork = make_open_fieldwork()
        later = fieldwork.closes_at.astimezone(clock.zone()).date() + dt.timedelta(days=7)
        address = f"/staff/fieldwork/{fieldwork.id}/extend"
        day = {"closes_on-day": later.day, "closes_on-month": later.month, "closes_on-year": later.year}
        assert client.submit(address, **day).status_code == 422
        client.submit(address, reason="Half term", **day)
        entry = db.session.scalars(
            sa.select(audit.AuditEntry).where(audit.AuditEntry.action == "fieldwork.extended")
        ).one()
        assert entry.after["reason"] == "Half term"
        assert db.session.get(Fieldwork, fieldwork.id).closes_at.astimezone(clock.zone()).date() == later

    def test_closing_early_leaves_half_an_hour(self, client, app):
        sign_in(client, "panel_manager")
        fieldwork = make_open_fieldwork()
        client.submit(f"/staff/fieldwork/{fieldwork.id}/close", reason="Decided already")
        found = db.session.get(Fieldwork, fieldwork.id)
        assert found.state == "open"
        assert found.closes_at <= clock.now()

    def test_in_the_last_minutes_only_extending_is_offered(self, client, app):
        fieldwork = make_open_fieldwork()
        invite(fieldwork, [make_member()])
        url = f"/staff/fieldwork/{fieldwork.id}"
        buttons = ("Remind everybody", "Invite those who have joined since", "Close it early")
        sign_in(client, "panel_manager")
        assert all(words in client.get(url).page.text for words in buttons)
        with clock.stopped_at(fieldwork.closes_at + dt.timedelta(minutes=5)):
            sign_in(client, "panel_manager")
            page = client.get(url).page
            assert "Closing" in page.text
            assert not any(words in page.text for words in buttons)
            assert page.link("Let it close later") == f"{url}/extend"

    def test_one_that_has_closed_leads_to_planning_another(self, client, app):
        fieldwork = make_open_fieldwork()
        with clock.stopped_at(fieldwork.closes_at + GRACE):
            services.close(fieldwork)
        db.session.commit()
        sign_in(client, "panel_manager")
        page = client.get(f"/staff/fieldwork/{fieldwork.id}").page
        assert page.link("Plan another time") == f"/staff/surveys/{fieldwork.survey_id}/fieldwork/new"
        assert "Let it close later" not in page.text

    def test_the_call_list_has_codes_that_work(self, client, app):
        sign_in(client, "panel_manager")
        fieldwork = make_open_fieldwork()
        member = make_member(name="Ada Bell", route="phone", email=None, phone="0116 496 0001")
        way = invite(fieldwork, [member, make_member()])[0]
        page = client.get(f"/staff/fieldwork/{fieldwork.id}/people").page
        assert "Ada Bell" in page.text
        assert len(page.all("tbody")[0]) == 1
        assert way.code in page.text
        assert app.test_client().submit("/resume", code=way.code).page.h1

    def test_an_author_may_look_and_not_touch(self, client, app):
        sign_in(client, "survey_author")
        fieldwork = make_open_fieldwork()
        assert client.get(f"/staff/fieldwork/{fieldwork.id}").status_code == 200
        assert client.get(f"/staff/fieldwork/{fieldwork.id}/people").status_code == 403
        assert client.get(f"/staff/fieldwork/{fieldwork.id}/close").status_code == 403


class TestClose:
    def test_drafts_and_links_are_gone(self, app):
        fieldwork = make_open_fieldwork()
        way = invite(fieldwork, [make_member()])[0]
        respondents.begin(app.test_client(), way.token)
        closes = fieldwork.closes_at
        with clock.stopped_at(closes + GRACE):
            jobs.keep_timetable()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerSession)) == 0
        assert fieldworks.get_fieldwork(fieldwork.id).link_key is None

    def test_everybody_who_answered_is_thanked_at_the_same_moment(self, app):
        fieldwork = make_open_fieldwork()
        members = [make_member() for _ in range(3)]
        ways = invite(fieldwork, members)
        for way in reversed(ways[:2]):
            respondents.answer(app.test_client(), way.token, fieldwork.slug)
        thanks = sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == "thank_you").order_by(OutboxMessage.id)
        assert db.session.scalars(thanks).all() == []
        closes = fieldwork.closes_at
        with clock.stopped_at(closes + GRACE):
            jobs.keep_timetable()
        assert db.session.scalars(thanks).all() == [f"member:{m.id}" for m in members[:2]]


class TestParticipantIds:
    def test_are_those_who_are_done_in_any_fieldwork_of_the_engagement(self, app):
        survey = make_survey()
        version = publish(survey)
        first, second = make_open_fieldwork(version), make_open_fieldwork(version)
        a, b, c = (make_member() for _ in range(3))
        for fieldwork in (first, second):
            ways = invite(fieldwork, [a, b])
            respondents.answer(app.test_client(), ways[0].token, fieldwork.slug)
        invite(first, [c])
        assert db.session.scalars(participation.participant_ids(survey.engagement_id)).all() == [a.id]


class TestSignOfLife:
    @pytest.mark.parametrize("kind", [Kind.ANONYMOUS, Kind.CONFIDENTIAL])
    def test_closing_tells_the_panel_who_took_part_and_never_when(self, app, kind):
        done, silent = make_member(), make_member()
        fieldwork = make_open_fieldwork(kind=kind)
        ways = invite(fieldwork, [done, silent])
        respondents.answer(app.test_client(), ways[0].token, fieldwork.slug)
        assert db.session.get_one(Member, done.id).seen_in is None
        with clock.stopped_at(fieldwork.closes_at + GRACE + dt.timedelta(minutes=1)):
            services.close(fieldwork)
            db.session.commit()
        closed_on = fieldwork.closed_at.astimezone(clock.zone()).date()
        assert db.session.get_one(Member, done.id).seen_in == closed_on.replace(day=1)
        assert db.session.get_one(Member, silent.id).seen_in is None
        reached = db.session.scalars(sa.select(Milestone)).one()
        assert (reached.member_id, reached.key, reached.reached_on) == (done.id, "first_answer", closed_on)
