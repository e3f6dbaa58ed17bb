"""What the demo's panel is compared by beyond the census, who has left it, and the lists a partner has sent."""

from __future__ import annotations

import datetime as dt
import io
import random

import sqlalchemy as sa

from core import clock
from core.database import db
from core.task_runner import Inline
from panel import imports, profiles, queries
from panel.bands import FEATURES
from panel.models import (
    AttitudeAnswer,
    AttitudeState,
    Member,
    MemberImport,
    MemberState,
    Partner,
    Profile,
)
from panel.questions import VIEW
from panel.representation.features import ATTITUDE
from panel.services import attitudes, checking, groupings, importing, membership, taking_in, targets

_QUESTION = {
    "en": ("How much do you trust health services here?", ("A great deal", "A fair amount", "Not much", "Not at all")),
    "cy": ("Faint ydych chi’n ymddiried yn y gwasanaethau iechyd yma?", ("Llawer", "Gweddol", "Dim llawer", "Dim")),
    "ar": ("ما مدى ثقتك في الخدمات الصحية المحلية؟", ("كبيرة جدا", "كبيرة", "قليلة", "لا أثق بها")),
}  # fmt: skip
_SURVEY = "Reference survey of 4,000 households (made up for the demo)"
#: Of the reference survey, and of the panel, whose people trust more: those who trust little join little.
_TRUST, _PANEL_TRUST = (1120, 1840, 780, 260), (38, 44, 14, 4)
#: Answers are sealed with each profile, so not everybody of a large demo has been asked.
_MOST_ASKED = 2_000
_STAGES = {
    "16-19": "Starting out",
    "20-24": "Starting out",
    "25-34": "Building",
    "35-44": "Building",
    "45-54": "Settled",
    "55-64": "Settled",
}
_LATER = "Later life"
#: One in so many members left or lapsed lately, at most so many.
_ONE_IN, _MOST_GONE = 60, 40

_HEAD = "Full name,E-mail,Gender,Born,Village,Remarks"
_TAKEN = (
    "Maud Tyler,maud.tyler@example.org,F,14/02/1941,Rutland,",
    "Reg Sharpe,reg.sharpe@example.org,M,03/11/1938,Rutland,walks with a frame",
    "Ivy Brown,ivy.brown@example.org,F,27/06/1944,Rutland,",
    "Ken Fowler,not on the internet,M,01/01/1936,Rutland,",
    "Joan Pell,joan.pell@example.org,F,19/09/1947,Rutland,",
)
_WAITING = (
    "Eric Hubbard,eric.hubbard@example.org,M,08/08/1942,Rutland,",
    "Nora Wade,nora.wade(at)example.org,F,22/05/1950,Rutland,",
    "Alf Digby,alf.digby@example.org,M,31/02/1945,Rutland,",
    "Betty Cole,betty.cole@example.org,F,12/12/1939,Rutland,",
)
_FIELDS = ["name", "email", "sex", "date_of_birth", "area", ""]


def load_mirror(staff_id: int, seed: int) -> None:
    """Add it to a panel that has its people, partners and groups; the caller commits."""
    _attitude(random.Random(seed))
    parents = {band: _STAGES.get(band, _LATER) for band in FEATURES["age_band"].categories}
    groupings.add("Stage of life", "age_band", parents)
    _gone()
    _lists(staff_id)


def _attitude(chance: random.Random) -> None:
    """Ask a question on attitudes of which a reference survey knows what the population thinks."""
    question, options = _QUESTION["en"]
    made = attitudes.add(question, options, at_joining=True)
    for tag in ("cy", "ar"):
        attitudes.word(made, tag, *_QUESTION[tag])
    attitudes.move(made, AttitudeState.ASKED)
    whole = queries.list_areas(level=1)[0]
    lines = ["area,feature,category,count"]
    lines += [f"{whole.code},{ATTITUDE}{made.key},{key},{n}" for key, n in zip(made.options, _TRUST, strict=True)]
    day = clock.today() - dt.timedelta(days=300)
    targets.load(targets.read(lines, targets.Defaults(_SURVEY, day)), "command")
    rows = db.session.execute(
        sa.select(Member, Profile)
        .join(Profile, Profile.member_id == Member.id)
        .where(Member.state.in_([MemberState.ACTIVE, MemberState.PAUSED]), Profile.answers.is_not(None))
        .order_by(Member.id)
        .limit(_MOST_ASKED)
    ).all()
    answers = []
    for member, profile in rows:
        if chance.random() < 0.7:
            key = chance.choices(made.options, _PANEL_TRUST)[0]
            said = profiles.open_answers(member, profile) | {f"{VIEW}{made.key}": {"value": key}}
            profile.answers = profiles.seal_answers(member, said)
            answers.append({"question_id": made.id, "member_id": member.id, "category": key})
    db.session.flush()
    db.session.expunge_all()
    if answers:
        db.session.execute(sa.insert(AttitudeAnswer), answers)


def _gone() -> None:
    """Let some have left or lapsed in the last weeks."""
    old = Member.confirmed_at < clock.now() - dt.timedelta(days=240)
    query = sa.select(Member).where(Member.state == MemberState.ACTIVE, old, Member.id % _ONE_IN == 29)
    for number, member in enumerate(db.session.scalars(query.order_by(Member.id).limit(_MOST_GONE)).all()):
        with clock.stopped_at(clock.now() - dt.timedelta(days=1 + number % 25)):
            if number % 3:
                membership.leave(member, member.language)
            else:
                membership.lapse(member)


# --- lists -----------------------------------------------------------------------------------------------------------


class _Now(Inline):
    """The worker's part of a list, done at once."""

    def __init__(self, found: MemberImport) -> None:
        super().__init__({})
        self.subject = imports.subject(found.id)


def _lists(staff_id: int) -> None:
    """Let a partner have sent two lists: one is taken in, one waits for a decision."""
    partner = db.session.scalars(sa.select(Partner).where(Partner.key == "age-alliance")).first()
    if partner is None:
        return
    with clock.stopped_at(clock.now() - dt.timedelta(days=6)):
        taken = _checked(_TAKEN, partner.id, staff_id)
        importing.remember(taken)
        taking_in.take_in(_Now(taken))
    _checked(_WAITING, partner.id, staff_id)


def _checked(lines: tuple[str, ...], partner_id: int, staff_id: int) -> MemberImport:
    stream = io.BytesIO("\n".join([_HEAD, *lines]).encode())
    found = importing.stage(stream, partner_id=partner_id, channel_id=None, staff_id=staff_id)
    rutland = next(area.id for area in queries.list_areas() if area.code == "E06000017")
    importing.map_columns(found, _FIELDS, dates="dmy", language="en", area=rutland)
    importing.tell_answers(found, {2: {"f": "female", "m": "male"}})
    agreed = clock.today() - dt.timedelta(days=20)
    importing.tell_evidence(
        found,
        {"how": "paper", "given_on": agreed, "kept_at": "With the partner, binder 3", "own_wording": None},
        staff_id,
    )
    checking.check(_Now(found))
    return imports.get_import(found.id)
