import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.database import db
from engagements.services import archive
from feedback import errors
from feedback.models import Outcome, Telling, Told
from feedback.services import settling
from mail.models import MessageState
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, make_outcome, make_published
from tests.factories.staff import sign_in
from tests.feedback.test_telling import hand_over_all, settle_mail
from tests.support.pages import text_of
from tests.support.queries import at_most, recorded

FILLED = {
    "heard": "You wait too long on the phone.",
    "answer": "did",
    "response": "Surgeries answer within ten minutes.",
    "due_on-day": "3",
    "due_on-month": "3",
    "due_on-year": "2030",
}


def ids(*rows):
    """Return the ids of rows, leaving no transaction open that a request would have to wait for."""
    found = [row.id for row in rows]
    db.session.rollback()
    return found if len(found) > 1 else found[0]


class TestOutcomeForm:
    def test_saves_and_shows_what_was_written(self, client):
        person = sign_in(client, "feedback_editor")
        engagement, owner = ids(make_engagement(), person)
        page = client.submit(f"/staff/engagements/{engagement}/outcomes/new", **FILLED, owner=str(owner)).page
        assert FILLED["heard"] in page.text
        assert "3 March 2030" in page.text
        assert "Draft" in page.h1

    def test_keeps_what_was_typed_and_says_what_is_wrong(self, client):
        sign_in(client, "feedback_editor")
        engagement = ids(make_engagement())
        changes = FILLED | {"answer": "will_not_do", "why": "", "said_by": "9", "out_of": "", "due_on-day": "31"}
        changes["due_on-month"] = "2"
        response = client.submit(f"/staff/engagements/{engagement}/outcomes/new", **changes)
        assert response.status_code == 422
        assert response.page.form()["heard"] == FILLED["heard"]
        assert len(response.page.errors) == 3
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 0

    def test_shows_what_somebody_else_wrote_meanwhile(self, client):
        sign_in(client, "feedback_editor")
        outcome = ids(make_outcome(make_engagement()))
        address = f"/staff/outcomes/{outcome}/change"
        mine = client.get(address).page.form()
        client.submit(address, heard="Theirs.")
        response = client.post(address, data={k: v for k, v in mine.items() if v is not None} | {"heard": "Mine."})
        assert response.status_code == 422
        assert "Theirs." in response.page.text
        assert response.page.form()["heard"] == "Mine."

    def test_is_closed_to_those_who_only_read(self, client):
        sign_in(client, "analyst")
        engagement = ids(make_engagement())
        assert client.get(f"/staff/engagements/{engagement}/outcomes").status_code == 200
        assert client.get(f"/staff/engagements/{engagement}/outcomes/new").status_code == 403


class TestTranslation:
    def test_stands_beside_the_source_and_says_what_is_missing(self, client):
        sign_in(client, "feedback_editor")
        outcome = ids(make_outcome(make_answered([], languages=("en", "cy", "ar"))))
        page = client.get(f"/staff/outcomes/{outcome}/words/ar").page
        assert "2 texts are missing." in page.text
        assert page.one("textarea", id="heard").get("dir") == "rtl"
        page = client.submit(f"/staff/outcomes/{outcome}/words/ar", heard="سمعنا", response="فعلنا").page
        assert "Complete" in page.text

    def test_is_needed_in_every_language_people_could_answer_in(self, client):
        sign_in(client, "feedback_editor")
        outcome = ids(make_outcome(make_answered([], languages=("en", "cy"))))
        response = client.submit(f"/staff/outcomes/{outcome}", "ready")
        assert response.status_code == 422
        assert any("Cymraeg" in error for error in response.page.errors)
        page = client.submit(f"/staff/outcomes/{outcome}", "ready", **{"reason-cy": "It follows in June."}).page
        assert "Ready" in page.text


class TestPublish:
    def test_says_who_is_told_and_then_shows_how_far_it_is(self, client):
        sign_in(client, "feedback_editor")
        engagement = make_answered([make_member(), make_member(route="post", address="1 High Street")])
        make_outcome(engagement, ready=True)
        address = f"/staff/engagements/{ids(engagement)}/outcomes/publish"
        assert "Letter" in client.get(address).page.text
        page = client.submit(address).page
        assert "0 of 2 people have been told." in page.text
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Telling)) == 1

    def test_needs_the_permission_to_publish(self, client):
        sign_in(client, "panel_manager")
        engagement = ids(make_answered([]))
        assert client.get(f"/staff/engagements/{engagement}/outcomes/publish").status_code == 403

    def test_refuses_a_second_press_of_the_button(self, client):
        sign_in(client, "feedback_editor")
        engagement = make_answered([])
        make_outcome(engagement, ready=True)
        address = f"/staff/engagements/{ids(engagement)}/outcomes/publish"
        data = client.get(address).page.form()
        assert client.post(address, data=data).status_code == 303
        again = client.post(address, data=data)
        assert again.status_code == 422
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Telling)) == 1


class TestCallList:
    def telling(self, client, count=2):
        sign_in(client, "panel_manager")
        members = [make_member(route="phone", phone="0116 496 0001", name=f"Person {n}") for n in range(count)]
        published = make_published(make_answered(members))[1]
        return ids(published), [ids(member) for member in members]

    def test_shows_whom_to_ring_and_marks_several_at_once(self, client):
        telling, members = self.telling(client)
        address = f"/staff/tellings/{telling}/calls"
        page = client.get(address).page
        assert "0116 496 0001" in page.text
        assert "Person 1" in page.text
        page = client.submit(address, people=[str(m) for m in members], action="told").page
        assert "Nobody is left" in page.text
        assert db.session.get(Telling, telling).completed_at is not None

    def test_shows_what_each_person_asked_for(self, client):
        sign_in(client, "panel_manager")
        asked = make_member(route="phone", phone="0116 496 0001", formats=["bsl", "easy_read"])
        other = make_member(route="phone", phone="0116 496 0002")
        telling = ids(make_published(make_answered([asked, other]))[1])
        page = client.get(f"/staff/tellings/{telling}/calls").page
        facts = sorted(text_of(hint) for hint in page.all("div", class_="nhsuk-checkboxes__hint"))
        assert "Asked for: Easy Read: simple words with pictures · British Sign Language video" in facts[0]
        assert "Asked for" not in facts[1]

    def test_keeps_those_not_reached_for_somebody_to_deal_with(self, client):
        telling, members = self.telling(client)
        client.submit(f"/staff/tellings/{telling}/calls", people=[str(members[0])], action="failed", reason="no_answer")
        page = client.get(f"/staff/tellings/{telling}/failures").page
        assert "Did not answer several calls" in page.text
        refused = client.submit(f"/staff/tellings/{telling}/failures", people=[str(members[0])], action="unreachable")
        assert refused.status_code == 422
        page = client.submit(
            f"/staff/tellings/{telling}/failures", people=[str(members[0])], action="unreachable", reason="moved"
        ).page
        assert "Nobody is on this list." in page.text

    def test_every_reason_offered_is_taken(self, client):
        sign_in(client, "panel_manager")
        for page, action, offered in (("calls", "failed", 5), ("failures", "unreachable", 9)):
            member = make_member(route="phone")
            _outcome, published = make_published(make_answered([member]))
            if page == "failures":
                settling.mark_failed(published, [member.id], "no_answer", "staff:1")
                db.session.commit()
            address = f"/staff/tellings/{ids(published)}/{page}"
            shown = client.get(address).page
            assert shown.link("Open the page of this person") == f"/staff/members/{ids(member)}"
            reasons = [option.get("value") for option in shown.one("select", id="reason").iter("option")]
            assert len(reasons) == 1 + offered
            for reason in reasons[1:]:
                form = shown.form() | {"people": str(ids(member)), "action": action, "reason": reason}
                assert client.post(address, data=form).status_code == 303, reason
                db.session.execute(sa.update(Told).values(state="to_tell" if page == "calls" else "failed"))
                db.session.commit()

    def test_wants_somebody_chosen(self, client):
        telling, _members = self.telling(client)
        response = client.submit(f"/staff/tellings/{telling}/calls", action="told")
        assert response.page.errors == ["Choose at least one person."]

    def test_asks_the_database_no_more_for_a_full_page_than_for_one_person(self, client):
        counts = []
        for size in (1, 20):
            telling, _members = self.telling(client, size)
            with recorded() as queries:
                client.get(f"/staff/tellings/{telling}/calls")
            counts.append(queries.count)
        assert counts[0] == counts[1]


class TestLoopPage:
    def test_shows_the_share_told_and_the_overdue_by_owner(self, client):
        owner = sign_in(client, "feedback_editor", name="Rosa Clarke")
        engagement = make_answered([make_member(), make_member(route="text", phone="0116 496 0002")])
        _outcome, published = make_published(engagement, owner_id=owner.id, due_on=clock.today() - dt.timedelta(days=5))
        hand_over_all(published)
        settle_mail(published, MessageState.SENT)
        db.session.rollback()
        text = client.get("/staff/loop").page.text
        assert "50%" in text
        assert "Rosa Clarke" in text
        assert "5 days overdue" in text

    def test_leads_there_from_the_staff_home(self, client):
        sign_in(client, "administrator")
        ids(make_outcome(make_engagement(), due_on=clock.today() - dt.timedelta(days=1)))
        assert "1 outcome is overdue." in client.get("/staff/").page.text

    def test_asks_the_database_no_more_for_many_engagements_than_for_two(self, client):
        sign_in(client, "analyst")
        counts = []
        for size in (2, 12):
            for _ in range(size):
                make_outcome(make_answered([]), due_on=clock.today() - dt.timedelta(days=1))
            db.session.rollback()
            with recorded() as queries:
                client.get("/staff/loop")
            counts.append(queries.count)
        assert counts[0] == counts[1]


class TestArchiving:
    def test_is_refused_while_the_loop_is_open(self, app):
        engagement = make_answered([make_member(route="phone", phone="0116 496 0003")])
        _outcome, published = make_published(engagement)
        with pytest.raises(errors.LoopOpenError):
            archive(engagement)
        db.session.execute(sa.update(Told).values(state="told"))
        published.completed_at = clock.now()
        db.session.commit()
        archive(engagement)
        assert engagement.state == "archived"


class TestTranslator:
    WELSH = {"heard": "Ni allwch fynd drwodd.", "response": "Gallwch ofyn ar-lein nawr."}

    def test_finds_the_outcomes_and_translates_them(self, client):
        outcome = ids(make_outcome(make_engagement()))
        sign_in(client, "translator:cy")
        page = client.get("/staff/outcomes/translations").page
        assert "Arabic" not in page.text
        assert "2 texts are missing." in page.text
        page = client.submit(page.link(f"Outcome {outcome} in Welsh"), **self.WELSH).page
        assert page.h1 == "Outcomes to translate"
        assert "Complete." in page.text
        assert db.session.get(Outcome, outcome).words["cy"]["heard"] == self.WELSH["heard"]

    def test_is_told_when_somebody_else_was_faster_and_loses_nothing(self, client):
        outcome = ids(make_outcome(make_engagement()))
        sign_in(client, "translator:cy")
        address = f"/staff/outcomes/{outcome}/words/cy"
        mine = client.get(address).page.form() | {"heard": "Fy ngeiriau.", "response": "Ateb."}
        client.submit(address, heard="Eu geiriau.")
        refused = client.post(address, data=mine)
        assert refused.status_code == 409
        assert refused.page.errors == ["Somebody else has translated some of this since you opened the page."]
        assert "Eu geiriau." in refused.page.text
        assert refused.page.form()["heard"] == "Fy ngeiriau."
        assert db.session.get(Outcome, outcome).words["cy"]["heard"] == "Eu geiriau."
        db.session.rollback()
        assert client.post(address, data=refused.page.form()).status_code == 303
        assert db.session.get(Outcome, outcome).words["cy"]["heard"] == "Fy ngeiriau."

    def test_of_a_text_that_changed_meanwhile_is_out_of_date(self, client):
        outcome = ids(make_outcome(make_engagement()))
        sign_in(client, "feedback_editor")
        mine = client.get(f"/staff/outcomes/{outcome}/words/cy").page.form() | self.WELSH
        client.submit(f"/staff/outcomes/{outcome}/change", heard="Nobody answers the phone.")
        page = client.post(f"/staff/outcomes/{outcome}/words/cy", data=mine, follow_redirects=True).page
        assert "Older than the English text" in page.text

    def test_does_not_come_between_an_editor_and_their_page(self, client):
        outcome = ids(make_outcome(make_engagement()))
        sign_in(client, "feedback_editor")
        address = f"/staff/outcomes/{outcome}/change"
        mine = client.get(address).page.form()
        client.submit(f"/staff/outcomes/{outcome}/words/cy", **self.WELSH)
        data = {k: v for k, v in mine.items() if v is not None} | {"heard": "Nobody answers the phone."}
        assert client.post(address, data=data).status_code == 303
        words = db.session.get(Outcome, outcome).words
        assert (words["en"]["heard"], words["cy"]["heard"]) == ("Nobody answers the phone.", self.WELSH["heard"])

    def test_an_emptied_box_loses_nothing(self, client):
        outcome = ids(make_outcome(make_engagement(), words={"cy": self.WELSH}))
        sign_in(client, "translator:cy")
        client.submit(f"/staff/outcomes/{outcome}/words/cy", heard="")
        assert db.session.get(Outcome, outcome).words["cy"]["heard"] == self.WELSH["heard"]

    def test_gets_nothing_else(self, client):
        engagement = make_engagement()
        outcome, number = ids(make_outcome(engagement)), ids(engagement)
        sign_in(client, "translator:cy")
        assert client.get(f"/staff/outcomes/{outcome}/words/ar").status_code == 403
        for address in (f"outcomes/{outcome}", f"outcomes/{outcome}/change", f"engagements/{number}/outcomes"):
            assert client.get(f"/staff/{address}").status_code == 403

    def test_the_list_costs_the_same_however_long_it_is(self, client):
        engagement = make_engagement()
        for _ in range(8):
            make_outcome(engagement)
        sign_in(client, "translator:cy")
        with at_most(4):
            answer = client.get("/staff/outcomes/translations")
        assert answer.page.text.count("Welsh") >= 8
