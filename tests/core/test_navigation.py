"""The staff menu: sections along the top, and below them the pages of the section that is open."""

import pytest

from tests.factories.areas import make_areas
from tests.factories.staff import sign_in
from tests.support.pages import Page, text_of


def menu(page: Page) -> dict[str, str]:
    return {text_of(a).strip(): a.get("href", "") for a in page.one("nav", class_="app-menu").iter("a")}


def pages_of_section(page: Page) -> dict[str, str]:
    found = page.all("nav", class_="app-submenu")
    return {text_of(a).strip(): a.get("href", "") for nav in found for a in nav.iter("a")}


def marked(page: Page) -> list[tuple[str, str]]:
    navs = [*page.all("nav", class_="app-menu"), *page.all("nav", class_="app-submenu")]
    links = [a for nav in navs for a in nav.iter("a") if a.get("aria-current")]
    return [(text_of(a).strip(), a.get("aria-current", "")) for a in links]


class TestStaffMenu:
    def test_has_a_line_for_each_section_however_many_pages_there_are(self, client):
        sign_in(client, "administrator")
        page = client.get("/staff/").page
        assert list(menu(page)) == ["Home", "Panel", "Engagements", "Expenses", "Messages", "Administration"]
        assert pages_of_section(page) == {}
        assert marked(page) == [("Home", "page")]

    def test_shows_the_pages_of_the_section_that_is_open(self, client):
        sign_in(client, "administrator")
        page = client.get("/staff/audit").page
        assert pages_of_section(page) == {"Staff": "/staff/people", "Record of changes": "/staff/audit"}
        assert marked(page) == [("Administration", "true"), ("Record of changes", "page")]

    @pytest.mark.parametrize(
        ("path", "section"),
        [
            ("/staff/people/invite", "Administration"),
            ("/staff/members/add", "Panel"),
            ("/staff/panel/attitudes", "Panel"),
            ("/staff/engagements/new", "Engagements"),
            ("/staff/messages/failures", "Messages"),
        ],
    )
    def test_knows_where_a_page_belongs_that_is_in_no_menu(self, client, path, section):
        sign_in(client, "administrator")
        page = client.get(path).page
        assert marked(page)[0] == (section, "true")

    @pytest.mark.parametrize(
        ("path", "entry"),
        [
            ("/staff/draws/", ("Draws", "page")),
            ("/staff/draws/new", ("Draws", "true")),
            ("/staff/panel/targets/upload", ("Population targets", "true")),
            ("/staff/recruiting/partners", ("Recruiting", "true")),
            ("/staff/members/reviews", ("Members", "true")),
        ],
    )
    def test_marks_the_entry_that_a_page_belongs_to(self, client, path, entry):
        make_areas()
        sign_in(client, "administrator")
        assert marked(client.get(path).page) == [("Panel", "true"), entry]

    def test_marks_none_where_several_are_as_near(self, client):
        sign_in(client, "administrator")
        assert marked(client.get("/staff/panel/attitudes").page) == [("Panel", "true")]

    def test_belongs_nowhere_on_a_person_s_own_pages(self, client):
        sign_in(client, "administrator")
        assert marked(client.get("/staff/account").page) == []

    @pytest.mark.parametrize("role", ["administrator", "payer", "assurance", "claims_approver", "translator:cy"])
    def test_leads_only_where_a_person_may_go(self, client, role):
        """Every section leads to a page that opens, and so does every page in it."""
        make_areas()
        sign_in(client, role)
        for href in menu(client.get("/staff/").page).values():
            opened = client.get(href)
            assert opened.status_code == 200, href
            for inner in pages_of_section(opened.page).values():
                assert client.get(inner).status_code == 200, inner

    def test_leaves_out_a_section_without_a_page_for_somebody(self, client):
        sign_in(client, "payer")
        found = menu(client.get("/staff/").page)
        assert list(found) == ["Home", "Expenses"]
        assert found["Expenses"] == "/staff/expenses/runs"
