"""Published versions cannot be changed, neither through the ORM nor around it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.database import db
from surveys.immutability import FrozenVersionError
from surveys.models import SurveyVersion, WordingFix
from surveys.services import publishing
from tests.factories.surveys import make_survey, publish

pytestmark = pytest.mark.usefixtures("app")

CHANGES: dict[str, Any] = {
    "number": 7,
    "document": {"paging": "question", "sections": []},
    "languages": ["en", "cy"],
    "incomplete": {"cy": "No reason"},
    "wording": {"en": {}},
    "published_by": "staff:9",
}


@pytest.mark.parametrize("column", CHANGES)
class TestAPublishedVersion:
    def test_refuses_a_change_through_the_orm(self, app: Flask, column: str) -> None:
        version = publish(make_survey())
        setattr(version, column, CHANGES[column])
        with pytest.raises(FrozenVersionError):
            db.session.flush()
        db.session.rollback()

    def test_refuses_a_change_around_the_orm(self, app: Flask, column: str) -> None:
        version = publish(make_survey())
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.update(SurveyVersion.__table__).values({column: CHANGES[column]}))
        db.session.rollback()
        db.session.refresh(version)
        assert getattr(version, column) != CHANGES[column]


class TestDelete:
    def test_is_refused(self) -> None:
        version = publish(make_survey())
        db.session.delete(version)
        with pytest.raises(FrozenVersionError):
            db.session.flush()
        db.session.rollback()


class TestFixWording:
    def test_changes_the_words_raises_the_revision_and_is_logged(self) -> None:
        version = publish(make_survey(languages=["en", "cy"]))
        fix = {"tag": "cy", "item": "q-word", "part": "text", "text": "Yn well", "reason": "A letter was missing"}
        publishing.fix_wording(version, **fix, by="staff:3")
        db.session.commit()
        assert version.wording["cy"]["q-word"]["text"] == "Yn well"
        assert version.wording_revision == 2
        log = db.session.scalars(sa.select(WordingFix)).one()
        assert (log.before, log.after, log.by) == ("[cy] q-word text", "Yn well", "staff:3")

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"reason": ""}, publishing.NoReasonError),
            ({"text": ""}, publishing.EmptyTextError),
            ({"text": "q-word text"}, publishing.NothingChangedError),
            ({"tag": "ar"}, publishing.NoSuchTextError),
            ({"item": "q-none"}, publishing.NoSuchTextError),
            ({"item": "survey", "part": "introduction"}, publishing.NoSuchTextError),
        ],
    )
    def test_refuses_what_is_no_mending(self, change: dict[str, str], error: type[Exception]) -> None:
        version = publish(make_survey())
        fix = {"tag": "en", "item": "q-word", "part": "text", "text": "Better", "reason": "Typo"}
        with pytest.raises(error):
            publishing.fix_wording(version, **(fix | change), by="staff:3")
        assert version.wording_revision == 1
