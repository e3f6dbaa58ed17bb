import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from feedback import errors, figures, wording
from feedback.models import Outcome
from feedback.services import outcomes
from tests.factories.engagements import make_engagement
from tests.factories.outcomes import make_answered, make_outcome, make_published

WELSH = {"heard": "Ni allwch fynd drwodd.", "response": "Gallwch ofyn ar-lein nawr."}


def refill(outcome, **changes):
    source = outcome.words["en"]
    values = {
        "answer": outcome.answer,
        "heard": source["heard"],
        "response": source["response"],
        "owner_id": outcome.owner_id,
        "due_on": outcome.due_on,
    }
    return outcomes.Content(**(values | changes))


class TestMarkReady:
    def test_takes_one_that_is_complete_in_every_language_people_could_answer_in(self, app):
        outcome = make_outcome(make_engagement(), words={"cy": WELSH})
        outcomes.mark_ready(outcome, ["en", "cy"], {})
        assert outcome.state == "ready"

    def test_refuses_a_missing_language_without_a_reason(self, app):
        outcome = make_outcome(make_engagement())
        with pytest.raises(errors.LanguagesMissingError) as refused:
            outcomes.mark_ready(outcome, ["en", "cy", "ar"], {"cy": "Our translator is ill."})
        assert refused.value.params["languages"] == ["العربية"]

    def test_keeps_the_reason_the_public_is_shown(self, app):
        outcome = make_outcome(make_engagement())
        outcomes.mark_ready(outcome, ["en", "cy"], {"cy": "Our translator is ill."})
        assert outcome.incomplete == {"cy": "Our translator is ill."}

    def test_counts_a_translation_of_an_older_text_as_missing(self, app):
        outcome = make_outcome(make_engagement(), words={"cy": WELSH})
        outcomes.revise_outcome(outcome, refill(outcome, heard="Something else entirely."), outcome.revision)
        with pytest.raises(errors.LanguagesMissingError):
            outcomes.mark_ready(outcome, ["en", "cy"], {})

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"owner_id": None}, errors.NoOwnerError),
            ({"due_on": None}, errors.NoDueDateError),
            ({"answer": "will_do"}, errors.NoDoByError),
            ({"answer": "will_not_do"}, errors.NoTextError),
            ({"response": ""}, errors.NoTextError),
        ],
    )
    def test_says_what_is_missing(self, app, changes, error):
        outcome = make_outcome(make_engagement(), **changes)
        with pytest.raises(error):
            outcomes.mark_ready(outcome, ["en"], {})

    def test_cannot_be_got_round_in_the_database(self, app):
        outcome = make_outcome(make_engagement(), owner_id=None)
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.update(Outcome).where(Outcome.id == outcome.id).values(state="ready"))
        db.session.rollback()


class TestReviseOutcome:
    def test_never_loses_a_translation(self, app):
        outcome = make_outcome(make_engagement(), words={"cy": WELSH})
        outcomes.revise_outcome(outcome, refill(outcome, heard="New."), outcome.revision)
        assert outcome.words["cy"]["heard"] == WELSH["heard"]
        assert wording.is_stale(outcome, "cy")

    def test_refuses_to_overwrite_what_somebody_else_saved_meanwhile(self, app):
        outcome = make_outcome(make_engagement())
        seen = outcome.revision
        outcomes.revise_outcome(outcome, refill(outcome, heard="First."), seen)
        with pytest.raises(errors.ChangedMeanwhileError):
            outcomes.revise_outcome(outcome, refill(outcome, heard="Second."), seen)
        assert outcome.words["en"]["heard"] == "First."

    def test_makes_a_ready_one_a_draft_again(self, app):
        outcome = make_outcome(make_engagement(), ready=True)
        outcomes.revise_outcome(outcome, refill(outcome), outcome.revision)
        assert outcome.state == "draft"

    def test_refuses_what_people_have_been_told(self, app):
        outcome, _telling = make_published(make_answered([]))
        with pytest.raises(errors.PublishedError):
            outcomes.revise_outcome(outcome, refill(outcome), outcome.revision)

    def test_records_who_changed_what(self, app):
        outcome = make_outcome(make_engagement())
        outcomes.revise_outcome(outcome, refill(outcome, heard="New."), outcome.revision)
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "outcome.revised")).one()
        assert entry.before["words"]["en"]["heard"] != entry.after["words"]["en"]["heard"] == "New."


class TestTranslateOutcome:
    def test_adds_a_language_to_a_public_outcome(self, app):
        outcome, _telling = make_published(make_answered([]))
        outcomes.translate_outcome(outcome, "cy", WELSH)
        assert wording.shown(outcome, "cy")["heard"].text == WELSH["heard"]

    def test_does_not_rewrite_what_people_were_told(self, app):
        outcome, _telling = make_published(make_answered([]), words={"cy": WELSH})
        with pytest.raises(errors.PublishedError):
            outcomes.translate_outcome(outcome, "cy", {**WELSH, "heard": "Rhywbeth arall."})


class TestShown:
    def test_what_was_taken_out_of_the_source_is_said_in_no_language(self, app):
        outcome = make_outcome(make_engagement(), words={"cy": {**WELSH, "why": "Achos."}})
        outcomes.translate_outcome(outcome, "cy", WELSH)
        assert outcome.words["cy"]["why"] == "Achos."
        assert "why" not in wording.shown(outcome, "cy")


class TestFollowUp:
    def promise(self):
        return make_published(make_answered([]), answer="will_do", do_by=clock.today() + dt.timedelta(days=90))[0]

    def test_starts_a_draft_with_the_same_words(self, app):
        promise = self.promise()
        following = outcomes.follow_up(promise)
        assert (following.state, following.answer, following.follows_id) == ("draft", "did", promise.id)
        assert following.words["en"]["heard"] == promise.words["en"]["heard"]

    def test_follows_a_promise_only_once(self, app):
        promise = self.promise()
        outcomes.follow_up(promise)
        with pytest.raises(errors.NotAPromiseError):
            outcomes.follow_up(promise)

    def test_refuses_what_was_no_promise(self, app):
        with pytest.raises(errors.NotAPromiseError):
            outcomes.follow_up(make_published(make_answered([]))[0])


class TestMoveOutcome:
    def test_changes_places_and_keeps_the_rest(self, app):
        engagement = make_engagement()
        first, second, third = (make_outcome(engagement) for _ in range(3))
        outcomes.move_outcome(third, -1)
        order = db.session.scalars(sa.select(Outcome.id).order_by(Outcome.position)).all()
        assert order == [first.id, third.id, second.id]


class TestPublicShare:
    @pytest.mark.parametrize(
        ("said_by", "out_of", "share"),
        [
            (62, 100, 0.62),
            (7, 100, None),
            (8, 100, 0.08),
            (95, 100, None),
            (100, 100, 1.0),
            (None, None, None),
            (0, 9, None),
        ],
    )
    def test_hides_fewer_than_eight_on_either_side(self, said_by, out_of, share):
        assert figures.public_share(said_by, out_of) == share
