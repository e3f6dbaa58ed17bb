"""Letters in batches: who gets one, keeping them sealed until they are downloaded, and deleting them once posted."""

from __future__ import annotations

import base64
import datetime as dt
import math

import sqlalchemy as sa

from core import audit, clock
from core.crypto import keyring
from core.database import db, lock_name
from feedback import errors, reasons
from feedback.models import Letter, LetterBatch, Telling, Told, ToldState
from feedback.queries import tellings
from feedback.services.telling import affected, recount

#: How many letters are made, downloaded and posted together: what somebody can put into envelopes in a morning.
BATCH = 200
#: Letters nobody says were posted are deleted after this time, and their people wait for a letter again.
KEPT = dt.timedelta(days=30)


def make_letters(telling: Telling, by: str) -> list[LetterBatch]:
    """Give everyone who is told by post a place in a batch; the worker makes the letters. Raises NoLettersError."""
    lock_name(f"letters:{telling.id}")
    waiting = tellings.waiting_for_letter(telling.id)
    if not waiting:
        raise errors.NoLettersError
    last = db.session.scalar(sa.select(sa.func.max(LetterBatch.number)).where(LetterBatch.telling_id == telling.id))
    first = (last or 0) + 1
    batches = [
        LetterBatch(
            telling_id=telling.id,
            number=first + index,
            total=min(BATCH, waiting - index * BATCH),
            created_at=clock.now(),
            created_by=by,
        )
        for index in range(math.ceil(waiting / BATCH))
    ]
    db.session.add_all(batches)
    db.session.flush()
    _place_people(telling, first)
    recount(telling)
    audit.record("letters.requested", f"telling:{telling.id}", None, {"letters": waiting, "batches": len(batches)})
    return batches


def _place_people(telling: Telling, first: int) -> None:
    """Put everyone waiting into the batches from number `first` on, and note it, in two statements."""
    here = (Told.telling_id == telling.id, Told.state == ToldState.TO_TELL, Told.route == "post")
    place = sa.func.row_number().over(order_by=Told.member_id)
    people = sa.select(Told.member_id, ((place - 1) // BATCH).label("index")).where(*here)
    numbered = people.subquery("numbered")
    rows = sa.select(LetterBatch.id, numbered.c.member_id).join(
        LetterBatch,
        sa.and_(LetterBatch.telling_id == telling.id, LetterBatch.number == first + numbered.c.index),
    )
    db.session.execute(sa.insert(Letter).from_select(["batch_id", "member_id"], rows))
    db.session.execute(
        sa.update(Told)
        .where(*here)
        .values(state=ToldState.SENT, by="letter", at=clock.now(), reason=None)
        .execution_options(synchronize_session=False)
    )


def _place(letter: Letter) -> str:
    return f"letter.pdf:{letter.batch_id}/{letter.member_id}"


def finish_letter(letter_id: int, pdf: bytes | None) -> None:
    """Keep a letter that has been made, sealed; None says that its person has no postal address."""
    letter = db.session.get(Letter, letter_id)
    if letter is None or letter.made_at is not None:
        return  # the batch was deleted, or the member left, while the letter was drawn
    if pdf is None:
        _give_up(letter)
    else:
        letter.pdf = keyring().seal(base64.b64encode(pdf).decode("ascii"), _place(letter))
        letter.made_at = clock.now()
        db.session.flush()
    _finish_batch(letter.batch_id)


def open_letter(letter: Letter) -> bytes:
    """Return the PDF of a letter."""
    return base64.b64decode(keyring().open(letter.pdf or b"", _place(letter)))


def _give_up(letter: Letter) -> None:
    """Take somebody without an address out of the batch: a person has to look for another way."""
    batch = tellings.get_batch(letter.batch_id)
    telling = tellings.get_telling(batch.telling_id)
    batch.total -= 1
    told = tellings.find_told(telling.id, letter.member_id)
    if told is not None and told.state == ToldState.SENT:
        told.state, told.by, told.at, told.reason = ToldState.FAILED, "letter", clock.now(), "no_post_address"
    db.session.delete(letter)
    db.session.flush()
    recount(telling)


def _finish_batch(batch_id: int) -> None:
    unmade = sa.exists().where(Letter.batch_id == batch_id, Letter.made_at.is_(None))
    db.session.execute(
        sa.update(LetterBatch)
        .where(LetterBatch.id == batch_id, LetterBatch.ready_at.is_(None), ~unmade)
        .values(ready_at=clock.now())
    )


def note_download(batch: LetterBatch) -> None:
    """Record that the letters of a batch were downloaded. Raises LettersNotReadyError, LettersGoneError."""
    if batch.posted_at is not None:
        raise errors.LettersGoneError
    if batch.ready_at is None:
        raise errors.LettersNotReadyError
    audit.record("letters.downloaded", f"letter_batch:{batch.id}", None, {"letters": batch.total})


def mark_posted(batch: LetterBatch, by: str) -> int:
    """Note that the letters of a batch were posted: their people have been told, and the letters are deleted.

    Return how many people that were. Raises LettersNotReadyError, LettersGoneError.
    """
    if batch.posted_at is not None:
        raise errors.LettersGoneError
    if batch.ready_at is None:
        raise errors.LettersNotReadyError
    telling = tellings.get_telling(batch.telling_id)
    told = _move(batch, state=ToldState.TOLD, by=by)
    batch.posted_at = clock.now()
    db.session.execute(sa.delete(Letter).where(Letter.batch_id == batch.id))
    recount(telling)
    audit.record("letters.posted", f"letter_batch:{batch.id}", None, {"told": told})
    return told


def _move(batch: LetterBatch, **values: object) -> int:
    inside = sa.select(Letter.member_id).where(Letter.batch_id == batch.id)
    return affected(
        sa.update(Told)
        .where(
            Told.telling_id == batch.telling_id,
            Told.member_id.in_(inside),
            Told.state == ToldState.SENT,
            Told.route == "post",
        )
        .values(at=clock.now(), **values)
        .execution_options(synchronize_session=False)
    )


def forget_letters_of(member_id: int) -> None:
    """Delete the letters to one person, made or not, and take them out of the count of their batches."""
    batches = db.session.scalars(
        sa.delete(Letter).where(Letter.member_id == member_id).returning(Letter.batch_id)
    ).all()
    db.session.execute(
        sa.update(LetterBatch)
        .where(LetterBatch.id.in_(batches))
        .values(total=LetterBatch.total - 1)
        .execution_options(synchronize_session=False)
    )
    for batch_id in batches:
        _finish_batch(batch_id)


def expire_letters() -> int:
    """Delete the letters of batches nobody said were posted for 30 days; return how many batches that were."""
    query = sa.select(LetterBatch).where(LetterBatch.posted_at.is_(None), LetterBatch.ready_at < clock.now() - KEPT)
    expired = list(db.session.scalars(query.order_by(LetterBatch.id)))
    for batch in expired:
        _move(batch, state=ToldState.TO_TELL, by="system", reason=reasons.NOT_POSTED)
        db.session.execute(sa.delete(Letter).where(Letter.batch_id == batch.id))
        audit.record("letters.expired", f"letter_batch:{batch.id}", None, {"letters": batch.total})
        recount(tellings.get_telling(batch.telling_id))
        db.session.delete(batch)
    db.session.flush()
    return len(expired)
