import pytest

from core import navigation
from tests.support.pages import text_of


class TestPages:
    @pytest.mark.parametrize("path", ["/", "/privacy", "/accessibility", "/help"])
    @pytest.mark.parametrize("language", ["en", "cy", "ar"])
    def test_opens_for_everybody_without_a_query(self, client, path, language):
        from tests.support.queries import at_most

        with at_most(0):
            response = client.get(f"{path}?lang={language}")
        assert response.status_code == 200
        assert response.page.root.get("lang") == language

    @pytest.mark.parametrize(
        "subject",
        ["How we choose people by lottery", "How we count people", "How we keep from asking too often",
         "If you came to us through another group"],
    )  # fmt: skip
    def test_the_privacy_notice_says_what_each_use_of_people_s_details_is(self, client, subject):
        headings = [text_of(h) for h in client.get("/privacy").page.all("h2")]
        assert subject in headings

    def test_help_names_every_way_to_reach_a_person(self, client, app):
        text = client.get("/help").page.text
        for setting in ("contact_phone", "contact_email", "contact_address"):
            assert getattr(app.extensions["settings"], setting) in text

    def test_every_public_page_leads_to_help_privacy_and_accessibility(self, client):
        footer = client.get("/").page.one("footer")
        links = {a.get("href") for a in footer.iter("a")}
        assert {"/help", "/privacy", "/accessibility"} <= links

    def test_the_front_page_shows_what_rooms_offer_in_their_order(self, client, monkeypatch):
        monkeypatch.setattr(navigation, "_front", [])
        navigation.add_front_entry("privacy", "Second", "Less wanted.", 20)
        navigation.add_front_entry("help_page", "First", "Most wanted.", 10)
        main = client.get("/").page.one("main")
        assert [a.get("href") for a in main.iter("a")] == ["/help", "/privacy"]


class TestComponents:
    def test_is_for_staff(self, client):
        assert client.get("/staff/components").status_code == 303

    @pytest.mark.parametrize("state", ["", "refused"])
    def test_every_component_makes_a_sound_page(self, client, state):
        from tests.factories.staff import sign_in

        sign_in(client, "translator")
        page = client.get(f"/staff/components?state={state}").page
        assert page.h1 == "Components"
        assert bool(page.errors) == (state == "refused")
