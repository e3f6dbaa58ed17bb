"""Who gets in: nobody where nothing is declared, staff by permission, and nobody by an odd way of asking."""

from __future__ import annotations

import pytest

from core import access
from tests.factories.staff import make_staff, sign_in


class TestStaffPages:
    @pytest.mark.parametrize("method", ["get", "post", "head"])
    def test_send_a_stranger_to_sign_in(self, client, app, method):
        app.config["WTF_CSRF_ENABLED"] = False
        try:
            response = getattr(client, method)("/staff/account/details")
        finally:
            app.config["WTF_CSRF_ENABLED"] = True
        assert response.status_code == 303
        assert response.location == "/staff/sign-in"

    def test_put_nothing_of_the_page_asked_for_into_the_address(self, client):
        assert client.get("/staff/audit?subject=member:17").location == "/staff/sign-in"

    def test_lead_nowhere_else_after_sign_in(self, client):
        """What is kept of the page asked for is a path of this site, whatever was asked."""
        client.get("/staff/account", base_url="http://localhost")
        with client.session_transaction() as cookie:
            assert cookie["staff_next"] == "/staff/account"

    def test_refuse_those_without_the_permission(self, client):
        sign_in(client, "analyst")
        assert client.get("/staff/audit").status_code == 403

    def test_open_for_somebody_with_no_role_only_where_any_staff_may(self, client):
        sign_in(client)
        assert client.get("/staff/").status_code == 200
        assert client.get("/staff/people").status_code == 403


class TestTranslator:
    @pytest.mark.parametrize(("tag", "may"), [("cy", True), ("ar", False), ("", False)])
    def test_may_translate_only_the_languages_given(self, app, tag, may):
        assert make_staff("translator:cy").may_translate(tag) is may

    def test_is_not_needed_by_an_administrator(self, app):
        assert make_staff("administrator").may_translate("ar")


class TestDeclared:
    def test_is_nothing_for_a_page_that_is_not_there(self, app):
        assert access.declared(app, "no_such_endpoint") is None
