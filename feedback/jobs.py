"""What the worker does for the loop: handing over the mail, following its fate, making letters, reminding owners."""

from __future__ import annotations

import datetime as dt
import time

from core import audit, clock
from core.database import commit, db, reading
from core.jobs import scheduled
from feedback.presenters.letters import letter_pdf
from feedback.queries import funnel, tellings
from feedback.services import letters, reminders, telling
from panel import kept, reach
from panel.contact import open_contact

#: One round of letters takes about this long, so that other jobs get their turn.
ROUND = 20.0


@scheduled("feedback.tell", every=dt.timedelta(seconds=5))
def tell() -> None:
    """Queue the mail of tellings just published, batch by batch, and take over what became of the mail before."""
    with audit.acting_as("system"):
        for each in telling.list_to_hand_over():
            while telling.hand_over(each):
                commit()
        telling.follow_mail()
        commit()


@scheduled("feedback.letters", every=dt.timedelta(seconds=5))
def make_letters() -> None:
    """Make waiting letters for some seconds; each is kept as soon as it is made, so that progress can be seen."""
    began = time.monotonic()
    with audit.acting_as("system"):
        while time.monotonic() - began < ROUND and make_some():
            pass


def make_some(limit: int = 10) -> int:
    """Make up to `limit` letters and return how many were looked at."""
    drawn: list[tuple[int, bytes | None]] = []
    with reading():  # drawing takes a tenth of a second a letter: nobody has to wait for the write lock meanwhile
        waiting = tellings.list_unmade(limit)
        people = reach.members_by_id({letter.member_id for letter in waiting})
        for letter in waiting:
            contact = open_contact(people[letter.member_id])
            telling_id = tellings.get_batch(letter.batch_id).telling_id
            pdf = letter_pdf(telling_id, people[letter.member_id], contact, clock.today()) if contact.address else None
            drawn.append((letter.id, pdf))
        commit()
    for letter_id, pdf in drawn:
        letters.finish_letter(letter_id, pdf)
    commit()
    return len(drawn)


@scheduled("feedback.count_funnel", every=dt.timedelta(minutes=10))
def count_funnel() -> None:
    """Keep the counts of who takes part, where there are too many for a page to count by itself."""
    with reading():  # counting takes seconds: nobody has to wait for the write lock meanwhile
        rows = funnel.collect()
        db.session.rollback()
    for made in rows:
        kept.put_if(made)
    commit()


@scheduled("feedback.expire_letters", every=dt.timedelta(hours=6))
def expire_letters() -> None:
    """Delete letters nobody said were posted."""
    with audit.acting_as("system"):
        letters.expire_letters()
        commit()


@scheduled("feedback.remind_owners", every=dt.timedelta(hours=1))
def remind_owners() -> None:
    """Remind owners, once a day in effect: what was said today is not said again."""
    with audit.acting_as("system"):
        reminders.remind_owners()
        commit()
