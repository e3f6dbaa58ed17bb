"""What is found before fieldwork opens."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.database import db
from engagements.models import Engagement, PreElectionPeriod
from surveys import checklist
from surveys.checklist import MUST, REASON, Finding
from surveys.models import SurveyVersion
from tests.factories.engagements import make_engagement
from tests.factories.surveys import make_survey, publish

pytestmark = pytest.mark.usefixtures("app")
OPENS = dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_march():  # type: ignore[no-untyped-def]  # a context manager
    with clock.stopped_at(OPENS - dt.timedelta(days=2)):
        yield


def found(engagement: Engagement | None = None, days: float = 30, **changes: Any) -> dict[str, Finding]:
    engagement = engagement or make_engagement()
    version: SurveyVersion = changes.pop("version", None) or publish(make_survey(engagement))
    values = {"opens_at": OPENS, "closes_at": OPENS + dt.timedelta(days=days), "kind": "anonymous", "tags": ["en"]}
    return {f.code: f for f in checklist.check(engagement, version, **(values | changes))}


class TestCheck:
    def test_finds_nothing_when_all_is_well(self) -> None:
        assert found() == {}

    def test_fewer_than_30_days_need_a_reason(self) -> None:
        finding = found(days=29.5)["short"]
        assert (finding.severity, finding.params) == (REASON, {"least": 30, "days": 29})

    def test_the_hour_the_clocks_take_does_not_shorten_30_days(self) -> None:
        closes = dt.datetime(2026, 4, 19, 8, 0, tzinfo=dt.UTC)  # 09:00 on the wall, 30 days on
        assert found(closes_at=closes) == {}

    def test_a_formal_consultation_needs_84_days(self) -> None:
        formal = make_engagement(formal=True)
        assert found(formal, days=83)["short"].params["least"] == 84
        assert found(formal, days=85) == {}

    @pytest.mark.parametrize(("first", "last", "hit"), [(-5, 0, True), (0, 5, True), (1, 5, False), (-5, -1, False)])
    def test_opening_inside_a_pre_election_period_needs_a_reason(self, first: int, last: int, hit: bool) -> None:
        day = OPENS.date()
        period = {"starts_on": day + dt.timedelta(days=first), "ends_on": day + dt.timedelta(days=last)}
        db.session.add(PreElectionPeriod(name="Council elections", **period))
        db.session.commit()
        findings = found()
        assert ("pre_election" in findings) is hit
        assert not hit or findings["pre_election"].severity == REASON

    def test_the_day_is_the_one_people_here_live_in(self) -> None:
        summer = dt.date(2026, 6, 1)
        db.session.add(PreElectionPeriod(name="Elections", starts_on=summer, ends_on=summer))
        db.session.commit()
        late = dt.datetime(2026, 5, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight in British summer time
        assert "pre_election" in found(opens_at=late, closes_at=late + dt.timedelta(days=40))

    def test_a_contact_must_be_named_and_be_reachable(self) -> None:
        assert found(make_engagement(contact_name=""))["contact"].severity == MUST
        assert "contact" in found(make_engagement(contact_email="", contact_phone=""))
        assert "contact" not in found(make_engagement(contact_email=""))

    @pytest.mark.parametrize("part", ["purpose", "decision", "decision_how", "decision_when", "options", "reasons"])
    def test_what_people_need_to_form_a_view_must_be_written(self, part: str) -> None:
        assert found(make_engagement(words={"en": {part: ""}}))[f"plan_{part}"].severity == MUST

    def test_a_language_must_have_been_published(self) -> None:
        assert found(tags=["en", "cy"])["language_cy"].severity == MUST
        assert "no_language" in found(tags=[])

    def test_the_engagement_itself_not_being_translated_needs_a_reason(self) -> None:
        engagement = make_engagement()
        version = publish(make_survey(engagement, languages=["en", "cy"]))
        assert found(engagement, version=version, tags=["en", "cy"])["about_cy"].severity == REASON
        translated = make_engagement(words={"cy": dict.fromkeys(engagement.words["en"], "geiriau")})
        assert found(translated, version=version, tags=["en", "cy"]) == {}

    def test_closing_must_come_after_opening_and_after_now(self) -> None:
        assert found(days=-1)["times"].severity == MUST
        past = OPENS - dt.timedelta(days=60)
        assert found(opens_at=past, closes_at=past + dt.timedelta(days=31))["past"].severity == MUST

    @pytest.mark.parametrize("state", ["draft", "closed", "archived"])
    def test_the_engagement_must_be_open(self, state: str) -> None:
        assert found(make_engagement(state=state))["engagement"].severity == MUST

    def test_an_unknown_kind_is_found(self) -> None:
        assert "kind" in found(kind="secret")


class TestUnsettled:
    def test_a_reason_settles_what_needs_one_and_nothing_else(self) -> None:
        findings = [Finding("contact", "x"), Finding("short", "x", REASON), Finding("pre_election", "x", REASON)]
        left = checklist.unsettled(findings, {"short": "The law changes in May.", "contact": "no", "pre_election": " "})
        assert [f.code for f in left] == ["contact", "pre_election"]
