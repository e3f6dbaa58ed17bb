"""A member's equality answers: sealed as they were given, and as bands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core import clock
from core.crypto import keyring
from core.database import db
from panel import bands, questions
from panel.models import AttitudeAnswer, AttitudeQuestion, Member, Profile
from panel.questions import PREFER_NOT, VIEW


def place(seal_id: str) -> str:
    """Return the place for which the answers of the member with `seal_id` are sealed."""
    return f"member_profile.answers:{seal_id}"


def seal_answers(member: Member, answers: Mapping[str, Any]) -> bytes:
    """Return `answers` sealed for the profile of `member`."""
    return keyring().seal(json.dumps(answers, ensure_ascii=False, separators=(",", ":")), place(member.seal_id))


def open_answers(member: Member, profile: Profile | None) -> dict[str, Any]:
    """Return the equality answers of `member` by question key, empty when there are none."""
    if profile is None or profile.answers is None:
        return {}
    return json.loads(keyring().open(profile.answers, place(member.seal_id)))


def save(member: Member, answers: Mapping[str, Any]) -> Profile:
    """Keep `answers` as the equality answers of `member`, dropping those to questions that no longer apply."""
    kept = questions.keep_what_applies(answers)
    profile = db.session.get(Profile, member.id)
    if profile is None:
        profile = Profile(member_id=member.id)
        db.session.add(profile)
    profile.answers = seal_answers(member, kept)
    profile.updated_at = clock.now()
    for feature, category in bands.from_answers(kept, clock.today()).items():
        setattr(profile, feature, category)
    db.session.flush()
    _save_views(member.id, kept)
    return profile


def _save_views(member_id: int, kept: Mapping[str, Any]) -> None:
    """Keep which answers to questions on attitudes may be counted; keys of no question are passed over."""
    said = {key.removeprefix(VIEW): answer.get("value") for key, answer in kept.items() if key.startswith(VIEW)}
    db.session.execute(sa.delete(AttitudeAnswer).where(AttitudeAnswer.member_id == member_id))
    asked = sa.select(AttitudeQuestion.key, AttitudeQuestion.id, AttitudeQuestion.options)
    for key, question_id, options in db.session.execute(asked.where(AttitudeQuestion.key.in_(said))) if said else ():
        if said[key] in {*options, PREFER_NOT}:
            db.session.add(AttitudeAnswer(question_id=question_id, member_id=member_id, category=said[key]))
    db.session.flush()


def refresh_age(member: Member, profile: Profile) -> None:
    """Put `member` into the age band they are in today."""
    band = bands.from_answers(open_answers(member, profile), clock.today())["age_band"]
    if band != profile.age_band:
        profile.age_band = band
