"""Questions on attitudes: staff write them, members may answer, answers count as a feature."""

import datetime as dt
import io

import pytest

from core.database import db
from panel import details, queries
from panel.models import AttitudeAnswer, AttitudeState
from panel.representation import comparing
from panel.services import attitudes, membership, targets
from panel.services.targets import Defaults
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.staff import sign_in
from tests.panel import support as joining
from tests.panel.support import SHORT

KEY = "attitude:do-you-trust-the-nhs"


def make_question(*, at_joining=False, state=AttitudeState.ASKED):
    made = attitudes.add("Do you trust the NHS?", ["Yes", "Somewhat", "No"], at_joining=at_joining)
    if state != AttitudeState.DRAFT:
        attitudes.move(made, state)
    db.session.commit()
    return made


def answered():
    return {(a.member_id, a.category) for a in db.session.query(AttitudeAnswer)}


class TestMember:
    @pytest.fixture
    def member(self, client):
        from panel.services import links

        member = make_member(answers={"sex": {"value": "female"}})
        made = links.make(member.id, "sign_in", dt.timedelta(hours=1))
        db.session.commit()
        client.submit(f"/sign-in/{made[1]}")
        return member

    def test_answers_on_their_own_page_and_may_prefer_not_to(self, app, client, member):
        make_question()
        assert "What you think" in client.get("/me").page.text
        page = client.submit("/me/change/view-do-you-trust-the-nhs", answer="2").page
        assert "Somewhat" in page.text
        assert answered() == {(member.id, "2")}
        client.submit("/me/change/view-do-you-trust-the-nhs", answer="prefer_not_to_say")
        assert answered() == {(member.id, "prefer_not_to_say")}
        told = details.of_member(queries.get_member(member.id))["about"]
        assert told["sex"] == {"value": "female"}
        assert told[KEY] == {"value": "prefer_not_to_say"}

    def test_is_asked_nothing_that_is_a_draft_or_retired(self, app, client, member):
        question = make_question(state=AttitudeState.DRAFT)
        assert client.get("/me/change/view-do-you-trust-the-nhs").status_code == 404
        attitudes.move(question, AttitudeState.ASKED)
        attitudes.move(question, AttitudeState.RETIRED)
        db.session.commit()
        assert "What you think" not in client.get("/me").page.text

    def test_must_choose_one_of_the_answers(self, app, client, member):
        make_question()
        page = client.submit("/me/change/view-do-you-trust-the-nhs", answer="9")
        assert page.status_code == 422
        assert answered() == set()

    def test_reads_it_in_their_language_where_it_has_been_translated(self, app, client, member):
        question = make_question()
        attitudes.word(question, "cy", "Ydych chi’n ymddiried yn y GIG?", ["Ydw", "Weithiau", "Nac ydw"])
        db.session.commit()
        assert "Ydych chi" in client.get("/me/change/view-do-you-trust-the-nhs?lang=cy").page.h1
        page = client.get("/me/change/view-do-you-trust-the-nhs?lang=ar").page
        assert 'lang="en" dir="ltr"' in page.html

    def test_leaves_no_answer_behind(self, app, client, member):
        make_question()
        client.submit("/me/change/view-do-you-trust-the-nhs", answer="1")
        membership.leave(queries.get_member(member.id), "en")
        db.session.commit()
        assert answered() == set()


class TestJoining:
    def test_asks_what_is_asked_while_joining_after_the_equality_questions(self, app, client):
        make_areas()
        make_question(at_joining=True)
        answers = SHORT | {"area": {"area": str(make_areas()["LLR-RUT-OAKHAM"].id)}}
        assert joining.walk(client, answers) == "/join/view-do-you-trust-the-nhs"
        client.submit("/join/view-do-you-trust-the-nhs", answer="3")
        assert joining.go_on(client, answers) == "/join/check"
        assert "Do you trust the NHS?" in client.get("/join/check").page.text

    def test_leaves_out_what_is_only_asked_on_the_own_page(self, app, client):
        make_question()
        answers = SHORT | {"area": {"area": str(make_areas()["LLR-RUT-OAKHAM"].id)}}
        assert joining.walk(client, answers) == "/join/check"


class TestFeature:
    def test_is_compared_with_a_reference_survey(self, app):
        make_areas()
        make_question()
        for number in range(30):
            make_member(answers={KEY: {"value": "1" if number < 20 else "3"}})
        for _ in range(10):
            make_member(answers={"sex": {"value": "male"}})
        rows = "".join(f"E54000015,{KEY},{label},{n}\n" for label, n in (("Yes", 40), ("Somewhat", 20), ("No", 40)))
        text = "area,feature,category,count\n" + rows
        targets.load(targets.read(io.StringIO(text), Defaults("Health survey", dt.date(2025, 1, 1))), "command")
        db.session.commit()
        table = next(t for t in comparing.compare().tables if t.feature == KEY)
        yes = table.lines[0]
        assert (yes.population_share, yes.stages["panel"].count) == (0.4, 20)
        assert yes.stages["panel"].is_off
        assert table.dissimilarity["panel"] == pytest.approx(20 / 30 - 0.4, abs=0.02)


class TestStaff:
    def test_write_translate_ask_and_retire(self, app, client):
        sign_in(client, "panel_manager")
        page = client.submit(
            "/staff/panel/attitudes/add", question="Is it easy to see a GP?", options="Yes\nNo\n", at_joining="y"
        )
        assert "Is it easy to see a GP?" in page.page.text
        question = attitudes.list_questions()[0]
        assert (question.options, question.at_joining, question.state) == (["1", "2"], True, "draft")
        path = f"/staff/panel/attitudes/{question.id}"
        refused = client.submit(f"{path}/words/ar", question="هل", options="نعم")
        assert refused.status_code == 422
        client.submit(f"{path}/words/ar", question="هل من السهل رؤية الطبيب؟", options="نعم\nلا")
        client.submit("/staff/panel/attitudes", f"{path}/ask")
        db.session.expire_all()
        assert attitudes.list_questions()[0].state == "asked"
        assert set(attitudes.list_questions()[0].wording) == {"en", "ar"}
        client.submit("/staff/panel/attitudes", f"{path}/retire")
        db.session.expire_all()
        assert attitudes.list_questions()[0].state == "retired"

    def test_answers_that_have_been_asked_stay_as_many(self, app):
        question = make_question()
        with pytest.raises(attitudes.AlreadyAskedError):
            attitudes.word(question, "en", "Do you trust the NHS?", ["Yes", "No"])
