"""The policy as data: its public page, and how staff change it from a day on."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask_babel import gettext

from core import clock
from core.database import db
from expenses.categories import CATEGORIES, TIME
from expenses.errors import PolicyDateError
from expenses.models import InvolvementRate, PolicyRate
from expenses.queries import policy as queries
from expenses.services import claims, policy
from i18n import languages, negotiation
from tests.factories import expenses as make
from tests.factories.staff import sign_in
from tests.support.queries import at_most

FORM = {
    "unit": "mile",
    "rate_hundredths": "0.50",
    "receipt": "never",
    "who": ["self"],
    "window_days": "60",
    "source": "Board paper 7",
}


def tomorrow() -> dt.date:
    return clock.today() + dt.timedelta(days=1)


def parts(day: dt.date, name: str = "valid_from") -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


class TestPublicPage:
    def test_without_a_policy_it_says_so(self, client):
        assert "We are still working on this page" in client.get("/expenses/").text

    def test_shows_rules_and_an_example_computed_from_the_rows(self, client):
        make.make_policy()
        text = client.get("/expenses/").text
        assert "We pay £0.45 for each mile." in text
        assert "After 10,000 miles in one tax year, we pay £0.25 for each mile." in text
        assert "You travel 12 miles there and 12 miles back. That is 24 miles. We pay £10.80." in text
        assert "It cost you £22.50. We pay £15.00." in text
        assert "For up to 4 hours we pay £75.00." in text
        assert "We pay you within 30 days" in text

    def test_follows_the_rows_from_their_day_on(self, client):
        make.make_policy()
        policy.add_rate("mileage_car", {"unit": "mile", "rate_hundredths": 5250, "valid_from": tomorrow()}, "test")
        db.session.commit()
        assert "£10.80" in client.get("/expenses/").text
        with clock.stopped_at(clock.start_of_day(tomorrow())):
            assert "We pay £0.525 for each mile." in client.get("/expenses/").text
            assert "We pay £12.60" in client.get("/expenses/").text

    def test_speaks_the_readers_language_and_marks_what_it_cannot(self, client):
        make.make_policy()
        category = queries.get_category("parking")
        policy.set_words(category, "en", {"name": "Car parks", "note": ""}, {"name": "Parking and tolls"})
        policy.set_words(category, "cy", {"name": "Meysydd parcio", "note": ""}, {"name": "Parking and tolls"})
        db.session.commit()
        assert "Meysydd parcio" in client.get("/expenses/?lang=cy").text
        page = client.get("/expenses/?lang=ar").page
        assert [e.get("lang") for e in page.all("span") if "Car parks" in (e.text or "")] == ["en"]

    @pytest.mark.parametrize("tag", languages.TAGS)
    def test_names_every_kind_of_cost_in_every_language(self, client, tag):
        make.make_policy()
        page = client.get(f"/expenses/?lang={tag}").page
        named = {e.get("id"): "".join(e.itertext()).strip() for e in page.all("h3") if e.get("id")}
        expected = set(CATEGORIES) - {TIME}
        assert set(named) == expected
        own = page.all("main")[0]
        assert [e for e in own.iter() if e.get("lang")] == [], "nothing of it is in another language than the page"
        with negotiation.speaking(tag):
            for key in expected:
                assert named[key] == gettext(CATEGORIES[key].name)
                assert gettext(CATEGORIES[key].note) in page.text
        if tag != languages.SOURCE.tag:
            assert [key for key in expected if named[key] == CATEGORIES[key].name] == []

    @pytest.mark.parametrize("tag", languages.TAGS)
    def test_every_kind_of_cost_can_be_named_by_the_administrator_in_every_language(self, client, tag):
        make.make_policy()
        for category in queries.list_categories():
            built_in = {"name": CATEGORIES[category.key].name, "note": CATEGORIES[category.key].note}
            for each in languages.TAGS:
                words = {"name": f"Name {category.key} {each}", "note": f"Note {category.key} {each}"}
                policy.set_words(category, each, words, built_in)
        db.session.commit()
        text = client.get(f"/expenses/?lang={tag}").page.text
        for key in set(CATEGORIES) - {TIME}:
            assert f"Name {key} {tag}" in text
            assert f"Note {key} {tag}" in text

    def test_takes_the_same_few_queries_whatever_is_in_the_policy(self, client):
        make.make_policy()
        with at_most(8):
            page = client.get("/expenses/").page
        assert "Bus, train or tram" in page.text


class TestNewRate:
    def test_new_figures_hold_from_their_day_and_change_no_claim(self, client):
        sign_in(client, "administrator")
        claim = make.make_claim(lines=[{"category": "mileage_car", "spent_pence": None, "quantity_hundredths": 2000}])
        assert claim.claimed_pence == 900
        since = tomorrow()
        client.submit("/staff/expenses/policy/mileage_car/new", **FORM, **parts(since))
        assert [r.rate_hundredths for r in queries.list_rates("mileage_car")] == [5000, 4500]
        with clock.stopped_at(clock.start_of_day(since + dt.timedelta(days=9))):
            again = make.make_draft(
                lines=[
                    {"category": "mileage_car", "spent_on": day, "spent_pence": None, "quantity_hundredths": 2000}
                    for day in (since - dt.timedelta(days=10), since)
                ]
            )
            (old, new) = claims.lines_of(again)
        (before,) = claims.lines_of(claim)
        assert (before.claimed_pence, before.rate_copy["rate"]["rate_hundredths"]) == (900, 4500)
        assert (old.claimed_pence, new.claimed_pence) == (900, 1000)

    def test_a_day_that_has_figures_keeps_them(self, client):
        sign_in(client, "administrator")
        make.make_policy()
        response = client.submit("/staff/expenses/policy/mileage_car/new", **FORM, **parts(dt.date(2025, 4, 6)))
        assert response.status_code == 422
        assert response.page.errors == [
            "There are figures from 6 April 2025 already. New ones have to begin on a later day."
        ]
        assert len(queries.list_rates("mileage_car")) == 1

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"rate_hundredths": "forty"}, "Enter an amount in pounds, such as 0.45."),
            ({"rate_hundredths": ""}, "Enter the amount for one."),
            ({"above_hundredths": ""}, "Enter both how many in a year and the amount after that, or neither."),
            ({"receipt": "over"}, "Enter the amount above which a receipt is needed."),
            ({"cap_pence": "-3"}, "Enter an amount in pounds, such as 12 or 12.50."),
            ({"window_days": "0"}, "Enter a number of days from 1 to 3660."),
        ],
    )
    def test_what_cannot_be_saved_is_said_and_kept(self, client, changes, error):
        sign_in(client, "administrator")
        make.make_policy()
        response = client.submit("/staff/expenses/policy/mileage_car/new", **(FORM | changes), **parts(tomorrow()))
        assert response.page.errors == [error]
        assert "Board paper 7" in response.text
        assert len(queries.list_rates("mileage_car")) == 1

    def test_needs_the_permission(self, client):
        sign_in(client, "analyst")
        make.make_policy()
        assert client.get("/staff/expenses/policy").status_code == 200
        assert client.get("/staff/expenses/policy/taxi/new").status_code == 403


class TestStaffPages:
    def test_begin_with_the_usual_figures_and_check_them(self, client):
        sign_in(client, "administrator")
        assert "There is no policy yet." in client.get("/staff/expenses/policy").text
        client.submit("/staff/expenses/policy", "/load")
        assert "To be checked" in client.get("/staff/expenses/policy/taxi").text
        client.submit("/staff/expenses/policy/taxi", "/checked")
        assert "To be checked" not in client.get("/staff/expenses/policy/taxi").text
        assert db.session.scalar(sa.select(PolicyRate.unverified).where(PolicyRate.category == "mileage_car")) is False

    def test_payment_for_time_and_the_promise_are_dated_too(self, client):
        sign_in(client, "administrator")
        make.make_policy()
        client.submit(
            "/staff/expenses/policy/time/regular", hours="2.5", shorter="40", longer="80", **parts(tomorrow())
        )
        client.submit("/staff/expenses/policy/promise", days="10", **parts(tomorrow()))
        rows = db.session.execute(
            sa.select(InvolvementRate.up_to_minutes, InvolvementRate.pence).where(InvolvementRate.role == "regular")
        )
        assert sorted(map(tuple, rows)) == [(150, 4000), (1440, 8000)]
        assert queries.find_promise(clock.today()).days == 30
        assert queries.find_promise(tomorrow()).days == 10

    def test_a_category_is_repaid_to_its_last_day(self, client):
        sign_in(client, "administrator")
        make.make_policy()
        client.submit("/staff/expenses/policy/other/end", **parts(clock.today(), "valid_to"))
        assert "other" in queries.on(clock.today())
        assert "other" not in queries.on(tomorrow())


class TestLoadDefaults:
    def test_again_changes_nothing(self, app):
        make.make_policy()
        assert policy.load_defaults() == 0

    def test_days_before_the_latest_row_are_refused(self, app):
        make.make_policy()
        with pytest.raises(PolicyDateError):
            policy.add_promise(5, dt.date(2020, 1, 1), "test")
