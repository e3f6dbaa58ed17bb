"""Reads of surveys and their published versions."""

from __future__ import annotations

import sqlalchemy as sa

from core.database import db
from core.errors import NotFoundError
from surveys.models import Survey, SurveyVersion, WordingFix


def get_survey(survey_id: int) -> Survey:
    """Return the survey; raises NotFoundError."""
    survey = db.session.get(Survey, survey_id)
    if survey is None:
        raise NotFoundError
    return survey


def list_surveys(engagement_id: int) -> list[Survey]:
    """Return the surveys of an engagement, oldest first."""
    query = sa.select(Survey).where(Survey.engagement_id == engagement_id).order_by(Survey.id)
    return list(db.session.scalars(query))


def list_surveys_of(engagement_ids: list[int]) -> list[Survey]:
    """Return the surveys of several engagements in one query, oldest first."""
    query = sa.select(Survey).where(Survey.engagement_id.in_(engagement_ids)).order_by(Survey.id)
    return list(db.session.scalars(query))


def get_version(version_id: int) -> SurveyVersion:
    """Return the version; raises NotFoundError."""
    version = db.session.get(SurveyVersion, version_id)
    if version is None:
        raise NotFoundError
    return version


def list_versions(survey_id: int) -> list[SurveyVersion]:
    """Return the versions of a survey, newest first, without their documents and wording."""
    query = (
        sa.select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey_id)
        .options(sa.orm.defer(SurveyVersion.document), sa.orm.defer(SurveyVersion.wording))
        .order_by(SurveyVersion.number.desc())
    )
    return list(db.session.scalars(query))


def find_latest_version(survey_id: int) -> SurveyVersion | None:
    """Return the newest published version, or None."""
    query = sa.select(SurveyVersion).where(SurveyVersion.survey_id == survey_id)
    return db.session.scalar(query.order_by(SurveyVersion.number.desc()).limit(1))


def wording_revision(version_id: int) -> int:
    """Return how often the wording of a version has been mended; raises NotFoundError."""
    found = db.session.scalar(sa.select(SurveyVersion.wording_revision).where(SurveyVersion.id == version_id))
    if found is None:
        raise NotFoundError
    return found


def list_fixes(version_id: int) -> list[WordingFix]:
    """Return the wording fixes of a version, newest first."""
    query = sa.select(WordingFix).where(WordingFix.version_id == version_id).order_by(WordingFix.id.desc())
    return list(db.session.scalars(query))
