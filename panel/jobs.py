"""Periodic work of the panel: clearing out what is no longer needed, ending breaks, keeping age bands true."""

from __future__ import annotations

import datetime as dt
import functools

from core import clock
from core.database import commit
from core.jobs import scheduled
from panel import kept
from panel.draws import forgetting
from panel.representation import groups as group_figures
from panel.representation import keeping
from panel.services import (
    applications,
    asking,
    checking,
    households,
    importing,
    joining,
    membership,
    milestones,
    reviews,
    rotations,
    sessions,
    taking_in,
    telling_lists,
)

_DAY = dt.timedelta(days=1)
#: Who never confirmed their address is forgotten after this long: no consent came from it.
UNCONFIRMED_FOR = 14 * _DAY
#: What is left of an ended membership (dates and consents under a number) is kept for the time in which a claim can be
#: brought (Limitation Act 1980, section 5).
ENDED_FOR = 6 * 365 * _DAY


@scheduled("panel.clear-out", every=dt.timedelta(hours=6))
def clear_out() -> None:
    """Delete applications nobody came back to, people who never confirmed, old links and sessions."""
    applications.discard_expired()
    commit()
    while joining.forget_unconfirmed(clock.now() - UNCONFIRMED_FOR):
        commit()
    while membership.forget_ended(clock.now() - ENDED_FOR):
        commit()
    while reviews.erase_lapsed():
        commit()
    sessions.clear_out()
    commit()
    asking.forget_old(clock.today())
    commit()


@scheduled("panel.end-breaks", every=dt.timedelta(hours=1))
def end_breaks() -> None:
    """Bring back members whose break is over."""
    while membership.resume_due():
        commit()
    commit()


@scheduled("panel.age-bands", every=7 * _DAY)
def keep_age_bands() -> None:
    """Move people into the age band they have grown into."""
    last: int | None = 0
    while last is not None:
        last = membership.refresh_age_bands(last)
        commit()


@scheduled("panel.reviews", every=_DAY)
def review_silent_members() -> None:
    """Let lapse who did not say whether they want to stay, remind others, and ask those silent for long."""
    for do in (reviews.lapse_some, reviews.remind_some, reviews.ask_some):
        while do():
            commit()
        commit()


@scheduled("panel.thanks", every=_DAY)
def thank_at_milestones() -> None:
    """Note years on the panel, and write to those who have reached something."""
    milestones.reach_years()
    commit()
    while milestones.thank_some():
        commit()
    commit()


@scheduled("panel.rotations", every=dt.timedelta(seconds=30))
def carry_out_rotations() -> None:
    """Carry out the rotations staff have confirmed, portion by portion."""
    for rotation_id in rotations.waiting():
        while rotations.carry_out_some(rotation_id):
            commit()
        commit()


@scheduled("panel.count", every=dt.timedelta(minutes=1))
def count_panel() -> None:
    """Keep the counts of the panel for the pages that show them, where something has changed."""
    kept.renew(keeping.made_anew)
    commit()
    for group_id in group_figures.list_large():
        kept.renew(functools.partial(group_figures.made_anew, group_id))
        commit()


@scheduled("panel.forget-lists", every=dt.timedelta(hours=6))
def forget_lists() -> None:
    """Erase lists of people nobody decided on, and old reports on them."""
    while importing.forget_old():
        commit()
    commit()


@scheduled("panel.forget-draws", every=_DAY)
def forget_draws() -> None:
    """Erase the pools and keys of old draws; what was published of them stays."""
    while forgetting.erase_old(clock.now()):
        commit()
    commit()


@scheduled("panel.index-addresses", every=_DAY)
def index_addresses() -> None:
    """Note which members share an address, where it is not known yet."""
    last: int | None = 0
    while last is not None:
        last = households.index_some(last)
        commit()


#: Named here so that they are registered: a worker that imports this module can do them.
TASKS = (checking.check, taking_in.take_in, telling_lists.tell)
