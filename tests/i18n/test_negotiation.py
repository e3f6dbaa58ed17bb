import pytest
from flask import render_template
from flask_babel import gettext

import app as application
from core import access
from i18n import languages, negotiation, pseudo
from tests.conftest import make_settings
from tests.support.pages import PageClient


def language_of(response) -> str:
    root = response.page.root
    assert root.get("dir") == languages.get(root.get("lang")).direction
    assert response.headers["Content-Language"] == root.get("lang")
    return root.get("lang")


@pytest.fixture
def told(monkeypatch):
    """Somebody is signed in, and what they told us is in `told.tag`."""

    class Person:
        tag: str | None = "cy"

    monkeypatch.setattr(negotiation, "_person_sources", [lambda: Person.tag])
    return Person


class TestBrowser:
    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ("", "en"),
            ("en-US,en;q=0.9", "en"),
            ("ar-EG", "ar"),
            ("cy-GB", "cy"),
            ("ar-EG,en;q=0.5", "ar"),
            ("de-DE,cy;q=0.7,en;q=0.3", "cy"),
            ("de,fr;q=0.5", "en"),
            ("ar;q=0,en", "en"),
            ("*", "en"),
            ("not a language at all;;;q=x", "en"),
        ],
    )
    def test_gets_the_first_of_its_languages_that_is_ours(self, client, header, expected):
        assert language_of(client.get("/help", headers={"Accept-Language": header})) == expected

    def test_a_cache_is_told_what_the_page_depends_on(self, client):
        assert client.get("/help").headers["Vary"] == "Accept-Language, Cookie"


class TestLink:
    @pytest.mark.parametrize("language", languages.LANGUAGES, ids=languages.TAGS)
    def test_wins_over_the_browser_and_is_remembered(self, client, language):
        browser = {"Accept-Language": "cy"}
        assert language_of(client.get(f"/help?lang={language.tag}", headers=browser)) == language.tag
        assert language_of(client.get("/privacy", headers=browser)) == language.tag

    def test_an_unknown_language_is_passed_over(self, client):
        response = client.get("/help?lang=tlh", headers={"Accept-Language": "ar"})
        assert language_of(response) == "ar"
        assert "lang=" not in response.headers.get("Set-Cookie", "")

    def test_a_cookie_that_somebody_changed_is_passed_over(self, client):
        client.set_cookie("lang", "xx")
        assert language_of(client.get("/help")) == "en"


class TestPerson:
    def test_what_they_told_us_wins_over_cookie_and_browser(self, client, told):
        client.set_cookie("lang", "en")
        assert language_of(client.get("/help", headers={"Accept-Language": "ar"})) == "cy"

    def test_the_switcher_holds_for_the_whole_visit(self, client, told):
        client.get("/help?lang=ar")
        assert language_of(client.get("/privacy")) == "ar"

    def test_what_they_tell_us_later_counts_again(self, client, told):
        client.get("/help?lang=ar")
        told.tag = "en"
        assert language_of(client.get("/privacy")) == "en"

    def test_the_choice_made_before_signing_out_stays(self, client, told):
        client.get("/help?lang=ar")
        told.tag = None
        assert language_of(client.get("/privacy")) == "ar"


class TestSwitcher:
    def links(self, response):
        nav = response.page.one("nav", class_="app-languages")
        return {a.get("hreflang"): a.get("href") for a in nav.iter("a")}

    def test_names_each_language_in_its_own_script_and_direction(self, client):
        nav = client.get("/help").page.one("nav", class_="app-languages")
        shown = {e.get("lang"): ("".join(e.itertext()), e.get("dir")) for e in nav.iter() if e.get("lang")}
        assert shown == {x.tag: (x.name, x.direction) for x in languages.LANGUAGES}

    def test_marks_the_present_one_and_does_not_link_it(self, client):
        response = client.get("/help?lang=cy")
        nav = response.page.one("nav", class_="app-languages")
        assert [e.get("lang") for e in nav.iter() if e.get("aria-current")] == ["cy"]
        assert set(self.links(response)) == {"en", "ar"}

    def test_keeps_the_place_with_all_its_arguments(self, client):
        links = self.links(client.get("/help?lang=cy&a=1&a=2&q=caf%C3%A9+%26"))
        assert links["ar"] == "?a=1&a=2&q=caf%C3%A9+%26&lang=ar"

    def test_an_address_that_looks_like_another_site_leads_nowhere_else(self, client):
        response = client.get("//evil.example/help")
        if response.status_code == 404:
            assert self.links(response)["cy"].startswith("?")


@pytest.fixture(scope="module")
def refusing_app(tmp_path_factory):
    """An application with an address that takes POST only and refuses everything."""
    refusing_app = application.create_app(make_settings(tmp_path_factory.mktemp("instance")))
    refusing_app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    refusing_app.test_client_class = PageClient

    @refusing_app.post("/refuse")
    @access.public
    def refuse():
        return render_template("information/help.html"), 422

    return refusing_app


@pytest.fixture
def refusing(refusing_app):
    return refusing_app.test_client()


class TestSwitcherAfterARefusedForm:
    def links(self, response):
        nav = response.page.one("nav", class_="app-languages")
        return {a.get("hreflang"): a.get("href") for a in nav.iter("a")}

    def test_leads_to_the_page_the_form_was_on(self, refusing):
        came_from = {"Referer": "http://localhost/privacy?step=2"}
        links = self.links(refusing.post("/refuse", headers=came_from))
        assert links["ar"] == "/privacy?step=2&lang=ar"
        assert refusing.get(links["ar"]).page.root.get("lang") == "ar"

    @pytest.mark.parametrize("referer", ["", "http://elsewhere.example/privacy", "http://localhost/refuse"])
    def test_leads_to_the_front_page_when_the_page_is_not_known(self, refusing, referer):
        links = self.links(refusing.post("/refuse", headers={"Referer": referer} if referer else {}))
        assert links["ar"] == "/?lang=ar"


class TestSpeaking:
    def test_translates_formats_and_says_the_language_outside_a_request(self, app):
        from i18n.web import day
        from tests.i18n import MARCH_3

        with negotiation.speaking("cy"):
            assert negotiation.current().tag == "cy"
            assert day(MARCH_3) == "3 Mawrth 2026"
        assert negotiation.current().tag == "en"
        assert day(MARCH_3) == "3 March 2026"

    def test_gives_back_the_language_of_before_when_nested(self, app):
        with negotiation.speaking("ar"):
            with negotiation.speaking("cy"):
                pass
            assert negotiation.current().tag == "ar"

    def test_an_unknown_language_speaks_the_source(self, app):
        with negotiation.speaking("tlh"):
            assert negotiation.current() is languages.SOURCE
            assert gettext("Page not found") == "Page not found"


class TestPseudoLanguage:
    def test_is_not_offered_by_default(self, client):
        assert pseudo.LANGUAGE.tag not in languages.BY_TAG
        assert language_of(client.get("/help?lang=en-XA")) == "en"
