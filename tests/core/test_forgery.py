"""Tokens against forged forms: a form of another site changes nothing."""

from __future__ import annotations

import pytest
from flask import Flask, session
from flask_wtf.csrf import CSRFError, generate_csrf

from core import forgery
from core.forgery import Protection


@pytest.fixture
def small() -> Flask:
    made = Flask("small")
    made.secret_key = "a secret"
    protection = Protection(made)

    @made.post("/change")
    def change() -> str:
        return "changed"

    @made.post("/hook")
    @protection.exempt
    def hook() -> str:
        return "taken"

    @made.get("/token")
    def token() -> str:
        return forgery.token()

    @made.get("/flasks")
    def flasks() -> str:
        return str(generate_csrf())

    return made


class TestProtection:
    def test_a_form_with_the_visitors_own_token_is_taken_each_time(self, small):
        client = small.test_client()
        token = client.get("/token").text
        assert client.get("/token").text == token
        assert [client.post("/change", data={"csrf_token": token}).text for _ in range(2)] == ["changed"] * 2

    def test_one_without_or_with_another_persons_is_refused(self, small):
        client, other = small.test_client(), small.test_client()
        client.get("/token")
        foreign = other.get("/token").text
        for data in ({}, {"csrf_token": ""}, {"csrf_token": foreign}, {"csrf_token": "ä"}):
            assert client.post("/change", data=data).status_code == 400

    def test_one_that_another_process_signed_for_this_visitor_is_taken(self, small):
        client = small.test_client()
        client.get("/token")
        forgery._signed.cache_clear()  # as in a process that was not asked before
        with client.session_transaction() as kept:
            raw = kept["csrf_token"]
        with small.test_request_context():
            session["csrf_token"] = raw
            elsewhere = generate_csrf()
        assert client.post("/change", data={"csrf_token": elsewhere}).text == "changed"

    def test_over_tls_the_page_it_came_from_counts_as_well(self, small):
        client = small.test_client()
        base = "https://panel.example"
        token = client.get("/token", base_url=base).text
        sent = {"data": {"csrf_token": token}, "base_url": base}
        assert client.post("/change", headers={"Referer": f"{base}/x"}, **sent).status_code == 200
        assert client.post("/change", headers={"Referer": "https://other.example/"}, **sent).status_code == 400
        assert client.post("/change", **sent).status_code == 400

    def test_what_is_exempt_is_not_asked(self, small):
        assert small.test_client().post("/hook").text == "taken"

    def test_another_secret_refuses_all_that_was_signed_before(self, small):
        client = small.test_client()
        token = client.get("/token").text
        small.secret_key = "another"
        with pytest.raises(CSRFError), small.test_request_context("/change", method="POST", data={"csrf_token": token}):
            small.preprocess_request()
