"""The rules of engagements."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from core.errors import DomainError
from engagements import queries, services, wording
from engagements.models import Engagement, EngagementState
from tests.factories.areas import make_areas
from tests.factories.engagements import make_engagement

pytestmark = pytest.mark.usefixtures("app")


class StillOpenError(DomainError):
    words = "The loop is still open."


class TestCreateEngagement:
    def test_gives_each_an_address_of_its_own(self) -> None:
        titles = ["Changes to the Walk-in Centre!", "Changes to the walk-in centre", "ننتظر", "x" * 300]
        slugs = [services.create_engagement(title).slug for title in titles]
        assert slugs[:3] == ["changes-to-the-walk-in-centre", "changes-to-the-walk-in-centre-2", "engagement"]
        assert len(slugs[3]) <= 80

    def test_is_recorded(self) -> None:
        engagement = services.create_engagement("Dentists")
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.action, entry.subject) == ("engagement.created", f"engagement:{engagement.id}")


class TestChangePlan:
    def test_refuses_an_end_before_the_start_also_when_only_one_changes(self) -> None:
        engagement = make_engagement(starts_on=dt.date(2026, 5, 1), ends_on=dt.date(2026, 6, 1))
        with pytest.raises(services.EndsBeforeStartError):
            services.change_plan(engagement, ends_on=dt.date(2026, 4, 1))
        services.change_plan(engagement, ends_on=dt.date(2026, 5, 1))

    def test_records_that_the_contact_changed_but_not_the_name(self) -> None:
        engagement = make_engagement()
        services.change_plan(engagement, contact_name="Bob Secret")
        entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert "Secret" not in str(entry.after)
        assert entry.after == {"contact_name": "changed"}

    def test_refuses_an_unknown_subject(self) -> None:
        with pytest.raises(services.UnknownSubjectError):
            services.change_plan(make_engagement(), subjects=["gp", "football"])

    def test_an_archived_one_stays_as_it_is(self) -> None:
        with pytest.raises(services.WrongStateError):
            services.change_plan(make_engagement(state="archived"), formal=True)


class TestChangeWords:
    def test_a_changed_source_makes_exactly_its_translation_stale_and_keeps_it(self) -> None:
        engagement = make_engagement(words={"cy": {"purpose": "Pwrpas", "decision": "Penderfyniad"}})
        assert wording.progress(engagement, "cy").stale == ()
        services.change_words(engagement, "en", {"purpose": "Another purpose."})
        progress = wording.progress(engagement, "cy")
        assert progress.stale == ("purpose",)
        assert engagement.words["cy"]["purpose"] == "Pwrpas"

    def test_a_translation_made_from_an_older_source_is_stale_from_the_start(self) -> None:
        engagement = make_engagement()
        seen = wording.source_hash(engagement.words["en"]["purpose"])
        services.change_words(engagement, "en", {"purpose": "Changed while somebody translated."})
        services.change_words(engagement, "cy", {"purpose": "Pwrpas"}, {"purpose": seen})
        assert wording.progress(engagement, "cy").stale == ("purpose",)

    def test_is_kept_in_the_database(self) -> None:
        engagement = make_engagement()
        services.change_words(engagement, "ar", {"title": "موعد"})
        db.session.commit()
        db.session.expire_all()
        assert wording.words_in(queries.get_engagement(engagement.id), "ar")["title"] == "موعد"


class TestWordsIn:
    def test_falls_back_to_the_source_and_says_so(self) -> None:
        words = wording.words_in(make_engagement(words={"cy": {"purpose": "Pwrpas"}}), "cy")
        assert (words["purpose"], words.language_of("purpose").tag) == ("Pwrpas", "cy")
        assert (words["title"], words.language_of("title").tag) == ("Getting a GP appointment", "en")


class TestStates:
    def test_opening_needs_the_whole_plan(self) -> None:
        areas = [next(iter(make_areas().values())).id]
        with pytest.raises(services.NotPlannedError):
            services.open_engagement(make_engagement(state="draft"))
        with pytest.raises(services.NotPlannedError):
            services.open_engagement(make_engagement(state="draft", area_ids=areas, contact_name=""))
        engagement = make_engagement(state="draft", area_ids=areas)
        services.open_engagement(engagement)
        assert engagement.state == EngagementState.OPEN

    def test_closing_notes_when(self) -> None:
        engagement = make_engagement()
        services.close_engagement(engagement)
        assert engagement.closed_at == clock.now() or engagement.closed_at is not None
        with pytest.raises(services.WrongStateError):
            services.close_engagement(engagement)

    def test_archiving_is_refused_while_a_check_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        open_loops = {"yes"}

        def check(engagement: Engagement) -> DomainError | None:
            return StillOpenError() if open_loops else None

        monkeypatch.setattr(services, "_archive_checks", [])
        services.add_archive_check(check)
        engagement = make_engagement(state="closed")
        with pytest.raises(StillOpenError):
            services.archive(engagement)
        assert engagement.state == EngagementState.CLOSED
        open_loops.clear()
        services.archive(engagement)
        assert engagement.state == EngagementState.ARCHIVED
        services.take_out_of_archive(engagement)
        assert engagement.archived_at is None

    def test_only_a_closed_one_is_archived(self) -> None:
        with pytest.raises(services.WrongStateError):
            services.archive(make_engagement())

    def test_closing_is_refused_while_a_check_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "_close_checks", [lambda engagement: StillOpenError()])
        with pytest.raises(StillOpenError):
            services.close_engagement(make_engagement())


class TestPreElectionPeriods:
    def test_found_by_any_day_in_it(self) -> None:
        first, last = dt.date(2026, 3, 20), dt.date(2026, 5, 7)
        period = services.save_pre_election_period(None, name="Councils", starts_on=first, ends_on=last)
        assert queries.find_pre_election_period(first) is period
        assert queries.find_pre_election_period(last) is period
        assert queries.find_pre_election_period(last + dt.timedelta(days=1)) is None

    def test_refuses_an_end_before_the_start(self) -> None:
        with pytest.raises(services.EndsBeforeStartError):
            services.save_pre_election_period(
                None, name="Councils", starts_on=dt.date(2026, 5, 7), ends_on=dt.date(2026, 3, 20)
            )
