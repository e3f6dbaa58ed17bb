"""Staff pages of engagements."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.database import db
from engagements import services
from engagements.models import Engagement, EngagementState, PreElectionPeriod
from engagements.pages import PAGES
from tests.factories.areas import make_areas
from tests.factories.engagements import make_engagement
from tests.factories.staff import sign_in
from tests.support.pages import PageClient, text_of
from tests.support.queries import at_most


def reload(engagement_id: int) -> Engagement:
    db.session.expire_all()
    found = db.session.get(Engagement, engagement_id)
    assert found is not None
    return found


class TestIndex:
    def test_lists_what_is_current_and_apart_what_is_archived(self, client: PageClient) -> None:
        sign_in(client, "analyst")
        make_engagement(title="Dentists")
        make_engagement(title="Old walk-in centre", state="archived")
        page = client.get("/staff/engagements/").page
        assert "Dentists" in page.text
        assert "Old walk-in centre" not in page.text
        assert "Old walk-in centre" in client.get(page.link("Archived engagements")).page.text

    def test_costs_the_same_for_many(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        for _ in range(30):
            make_engagement()
        with at_most(4):
            page = client.get("/staff/engagements/").page
        assert "page=2" in page.link("Older")

    def test_those_who_may_not_read_are_refused(self, client: PageClient) -> None:
        sign_in(client, "payer")
        assert client.get("/staff/engagements/").status_code == 403


class TestNew:
    def test_makes_a_draft_with_its_tasks(self, client: PageClient) -> None:
        person = sign_in(client, "survey_author")
        page = client.submit("/staff/engagements/new", title="  Dentists in Leicester ").page
        assert page.h1 == "Dentists in Leicester"
        assert page.text.count("Not done yet") == 7
        made = db.session.scalars(sa.select(Engagement)).one()
        assert (made.slug, made.state, made.owner_id) == ("dentists-in-leicester", "draft", person.id)

    def test_refuses_an_empty_title(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        response = client.submit("/staff/engagements/new", title="   ")
        assert response.status_code == 422
        assert response.page.errors == ["Enter a title."]

    def test_readers_may_not(self, client: PageClient) -> None:
        sign_in(client, "analyst")
        assert client.get("/staff/engagements/new").status_code == 403


class TestPlan:
    def test_an_engagement_is_planned_page_by_page_and_opened(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        area = next(iter(make_areas().values()))
        client.submit("/staff/engagements/new", title="Dentists")
        made = db.session.scalars(sa.select(Engagement)).one()
        url = f"/staff/engagements/{made.id}"
        client.submit(f"{url}/plan/purpose", purpose="To know more", what_is_known="Little")
        client.submit(f"{url}/plan/decision", decision="Where", decision_how="A board", decision_when="In May")
        client.submit(f"{url}/plan/options", options="Two", reasons="Cost")
        client.submit(f"{url}/plan/level", level="co_produce", formal="y")
        client.submit(f"{url}/plan/about", areas=[str(area.id)], subjects=["dentists", "carers"])
        client.submit(f"{url}/plan/contact", contact_name="Asha", contact_email="asha@example.org")
        dates = {"starts_on-day": "1", "starts_on-month": "3", "starts_on-year": "2027"}
        dates |= {"ends_on-day": "30", "ends_on-month": "6", "ends_on-year": "2027"}
        client.submit(f"{url}/plan/dates", **dates)
        page = client.submit(f"{url}/plan/answers", use_of_answers="We read them all").page
        assert "Not done yet" not in page.text
        assert area.name in page.text
        assert "Open" in client.submit(page.link("Open this engagement")).page.text
        done = reload(made.id)
        assert (done.state, done.level, done.formal) == (EngagementState.OPEN, "co_produce", True)
        assert done.subjects == ["dentists", "carers"]
        assert done.words["en"]["decision_how"] == "A board"

    @pytest.mark.parametrize("key", PAGES)
    def test_every_page_shows_what_is_stored_and_keeps_it_when_sent_unchanged(
        self, client: PageClient, key: str
    ) -> None:
        sign_in(client, "survey_author")
        area = next(iter(make_areas().values()))
        engagement = make_engagement(area_ids=[area.id])
        facts = ("words", "subjects", "level", "formal", "contact_name", "starts_on", "ends_on", "decision_on")
        before = {name: getattr(engagement, name) for name in facts}
        response = client.submit(f"/staff/engagements/{engagement.id}/plan/{key}")
        assert response.status_code == 200
        after = reload(engagement.id)
        assert {name: getattr(after, name) for name in facts} == before

    def test_of_two_people_on_one_page_the_second_is_told_and_nothing_typed_is_lost(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/plan/decision"
        opened = client.get(url).page.form()
        other = client.application.test_client()
        sign_in(other, "administrator", email="second@example.org")
        assert (
            other.submit(
                url, decision="Theirs", **{"decision_on-day": "1", "decision_on-month": "2", "decision_on-year": "2030"}
            ).status_code
            == 200
        )
        refused = client.post(url, data=opened | {"decision": "Mine"})
        assert refused.status_code == 409
        assert refused.page.errors == [
            "Somebody else has changed this page since you opened it. Nothing of yours is saved yet."
        ]
        assert refused.page.form()["decision"] == "Mine"
        assert "Theirs" in refused.page.text
        assert "1 February 2030" in refused.page.text
        assert reload(engagement.id).words["en"]["decision"] == "Theirs"
        # Told once, they may put theirs in its place.
        assert client.post(url, data=refused.page.form()).status_code == 303
        assert reload(engagement.id).words["en"]["decision"] == "Mine"

    def test_two_people_on_different_pages_do_not_meet(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/plan"
        opened = client.get(f"{url}/decision").page.form()
        client.submit(f"{url}/options", options="Another")
        assert client.post(f"{url}/decision", data=opened | {"decision": "Mine"}).status_code == 303
        words = reload(engagement.id).words["en"]
        assert (words["options"], words["decision"]) == ("Another", "Mine")

    def test_the_same_form_sent_twice_is_no_conflict(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        url = f"/staff/engagements/{make_engagement().id}/plan/decision"
        sent = client.get(url).page.form() | {"decision": "Mine"}
        assert [client.post(url, data=sent).status_code for _ in range(2)] == [303, 303]

    def test_a_conflict_over_choices_names_them(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        area = next(iter(make_areas().values()))
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/plan/about"
        opened = client.get(url).page.form()
        client.submit(url, areas=[str(area.id)], subjects=["dentists"])
        refused = client.post(url, data=opened | {"areas": [], "subjects": ["carers"]})
        assert refused.status_code == 409
        assert area.name in text_of(refused.page.one("div", class_="nhsuk-warning-callout"))

    def test_a_wrong_date_is_said_and_kept(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/plan/dates"
        response = client.submit(url, **{"starts_on-day": "31", "starts_on-month": "2"})
        assert response.status_code == 422
        assert response.page.errors == ["Enter a real date, such as 27 3 1985."]
        assert response.page.form()["starts_on-day"] == "31"

    def test_an_end_before_the_start_is_said_beside_the_end(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        response = client.submit(f"/staff/engagements/{engagement.id}/plan/dates", **{"ends_on-year": "2001"})
        assert response.page.errors == ["The end must be on or after the start."]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"contact_email": "asha at example"}, "Enter an e-mail address such as name@example.org."),
            ({"contact_phone": "ring me"}, "Enter a phone number such as 0116 496 0000."),
        ],
    )
    def test_a_contact_that_cannot_be_reached_is_refused(
        self, client: PageClient, typed: dict[str, str], said: str
    ) -> None:
        sign_in(client, "survey_author")
        response = client.submit(f"/staff/engagements/{make_engagement().id}/plan/contact", **typed)
        assert response.page.errors == [said]

    def test_too_long_a_text_is_refused_and_kept(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        response = client.submit(f"/staff/engagements/{engagement.id}/plan/answers", use_of_answers="x" * 2001)
        assert response.page.errors == ["Write 2000 characters or fewer."]
        assert response.page.form()["use_of_answers"] == "x" * 2001

    def test_an_area_that_does_not_exist_is_refused(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        make_areas()
        response = client.submit(f"/staff/engagements/{make_engagement().id}/plan/about", areas=["999999"])
        assert response.status_code == 422

    def test_unknown_pages_and_engagements_are_not_found(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        assert client.get(f"/staff/engagements/{make_engagement().id}/plan/nonsense").status_code == 404
        assert client.get("/staff/engagements/999/plan/dates").status_code == 404


class TestTranslation:
    def test_a_translator_works_only_in_their_language(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/words/"
        page = client.submit(url + "cy", title="Cael apwyntiad").page
        assert "1 of 9 texts are translated" in page.text
        assert reload(engagement.id).words["cy"]["title"] == "Cael apwyntiad"
        assert client.get(url + "ar").status_code == 403
        assert client.get(url + "en").status_code == 404

    def test_a_stale_text_is_marked_until_it_is_said_to_be_right(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        engagement = make_engagement(words={"cy": {"purpose": "Pwrpas"}})
        services.change_words(engagement, "en", {"purpose": "New purpose."})
        db.session.commit()
        url = f"/staff/engagements/{engagement.id}/words/cy"
        assert "Out of date" in client.get(url).page.text
        assert "Out of date" in client.submit(url).page.text
        assert "Out of date" not in client.submit(url, **{"still.purpose": "y"}).page.text

    def test_an_emptied_box_loses_nothing(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        engagement = make_engagement(words={"cy": {"purpose": "Pwrpas"}})
        client.submit(f"/staff/engagements/{engagement.id}/words/cy", purpose="")
        assert reload(engagement.id).words["cy"]["purpose"] == "Pwrpas"

    def test_two_translators_do_not_overwrite_each_other_unseen(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        engagement = make_engagement(words={"cy": {"title": "Hen deitl", "purpose": "Pwrpas"}})
        url = f"/staff/engagements/{engagement.id}/words/cy"
        mine = client.get(url).page.form() | {"purpose": "Fy ngeiriau", "title": "Teitl newydd"}
        other = client.application.test_client()
        sign_in(other, "translator:cy", email="second@example.org")
        other.submit(url, purpose="Eu geiriau")
        refused = client.post(url, data=mine)
        assert refused.status_code == 409
        assert refused.page.errors == ["Somebody else has translated some of this since you opened the page."]
        assert "Eu geiriau" in refused.page.text
        assert {key: refused.page.form()[key] for key in ("purpose", "title")} == {
            "purpose": "Fy ngeiriau",
            "title": "Teitl newydd",
        }
        assert reload(engagement.id).words["cy"] == {"title": "Hen deitl", "purpose": "Eu geiriau"}
        # Told once, they may put theirs in its place.
        assert client.post(url, data=refused.page.form()).status_code == 303
        assert reload(engagement.id).words["cy"] == {"title": "Teitl newydd", "purpose": "Fy ngeiriau"}

    def test_a_refusal_for_another_reason_does_not_hide_that_somebody_was_faster(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/words/cy"
        mine = client.get(url).page.form() | {"purpose": "Fy ngeiriau", "title": "x" * 400}
        client.submit(url, purpose="Eu geiriau")
        too_long = client.post(url, data=mine)
        assert too_long.status_code == 422
        assert client.post(url, data=too_long.page.form() | {"title": "Teitl"}).status_code == 409

    def test_two_translators_of_different_texts_do_not_meet(self, client: PageClient) -> None:
        sign_in(client, "translator:cy")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}/words/cy"
        mine = client.get(url).page.form() | {"purpose": "Pwrpas"}
        client.submit(url, title="Teitl")
        assert client.post(url, data=mine).status_code == 303
        assert reload(engagement.id).words["cy"] == {"title": "Teitl", "purpose": "Pwrpas"}


class TestMove:
    def test_close_archive_and_back(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        url = f"/staff/engagements/{engagement.id}"
        assert "Closed" in client.submit(f"{url}/close").page.text
        assert "Archived" in client.submit(f"{url}/archive").page.text
        assert "Closed" in client.submit(f"{url}/unarchive").page.text

    def test_what_stands_against_archiving_is_said(self, client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
        sign_in(client, "survey_author")
        monkeypatch.setattr(services, "_archive_checks", [lambda e: services.NotPlannedError()])
        engagement = make_engagement(state="closed")
        page = client.get(f"/staff/engagements/{engagement.id}/archive").page
        assert "This is not possible yet" in page.text
        assert client.post(f"/staff/engagements/{engagement.id}/archive").status_code in {400, 409}
        assert reload(engagement.id).state == "closed"

    def test_a_move_that_does_not_fit_the_state_is_refused(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        response = client.submit(f"/staff/engagements/{make_engagement(state='draft').id}/close")
        assert response.status_code == 409
        assert response.page.errors == ["This is not possible at this stage."]

    def test_asking_changes_nothing(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        engagement = make_engagement()
        client.get(f"/staff/engagements/{engagement.id}/close")
        assert reload(engagement.id).state == "open"


class TestPeriods:
    DATES = {
        "starts_on-day": "20",
        "starts_on-month": "3",
        "starts_on-year": "2027",
        "ends_on-day": "6",
        "ends_on-month": "5",
        "ends_on-year": "2027",
    }

    def test_declare_change_and_delete(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        page = client.submit("/staff/engagements/pre-election-periods/new", name="Councils 2027", **self.DATES).page
        assert "20 March 2027 to 6 May 2027" in page.text
        page = client.submit(page.link("Change"), name="County councils 2027").page
        assert "County councils 2027" in page.text
        client.submit(client.get(page.link("Change")).page.link("Delete this period"))
        assert db.session.scalar(sa.select(sa.func.count(PreElectionPeriod.id))) == 0

    def test_says_what_is_missing(self, client: PageClient) -> None:
        sign_in(client, "survey_author")
        response = client.submit("/staff/engagements/pre-election-periods/new")
        assert response.page.errors == [
            "Enter a name, such as “County council elections 2027”.",
            "Enter the first day.",
            "Enter the last day.",
        ]
