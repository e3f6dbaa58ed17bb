"""Load the whole demo in one transaction: all of it is there, or nothing is."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping

import accounts.queries
import engagements.queries
from accounts import demo as staff
from core import audit, clock, config
from core.database import lock_name
from demo import history
from demo.crowd import joined_before
from demo.story import Cast, tell_story
from expenses import demo as expenses
from panel import demo as panel
from panel import directory


class NotEmptyError(Exception):
    """Somebody uses this installation; the message is one plain sentence for whoever called the command."""


def load(members: int, seed: int, tell: Callable[[int], object]) -> list[str]:
    """Add staff, a panel and three engagements, and return what there is to say about them; the caller commits.

    Does nothing where the demo has been loaded before. Raises NotEmptyError where there is anything else.
    """
    lock_name("demo")
    if audit.has_happened("demo.completed"):
        return ["The demo is already here.", *sign_ins()]
    if sum(directory.counts().values()) or engagements.queries.list_engagements(limit=1):
        raise NotEmptyError("This database has members or engagements already. The demo needs one that is empty.")
    with audit.acting_as("command"):
        staff.load()
        added = panel.load(members, seed, tell)
        cast = _ids_by_login()
        lines = tell_story(Cast(cast), seed)
        lines.append(_claims(cast, seed))
        panel.load_recruiting()
        panel.load_over_time(cast["panel_manager"])
        panel.load_mirror(cast["panel_manager"], seed)
        lines.append(panel.load_draws(cast["panel_manager"], _walk_in()))
        audit.record("demo.completed", "demo", None, {"members": added, "seed": seed})
    return [f"{added} people are on the panel.", *lines, *sign_ins()]


def _walk_in() -> int | None:
    """Return the engagement in the field: the draw is for it."""
    found = [each.id for each in engagements.queries.list_engagements(["open"])]
    return found[0] if found else None


def _ids_by_login() -> dict[str, int]:
    """Return the id of each of the demo's accounts: by role, and `second_payer`."""
    return {
        person.email.partition("@")[0].replace("-", "_"): person.id
        for person in accounts.queries.list_staff()
        if person.email in {each.email for each in staff.sign_ins()}
    }


def _claims(cast: Mapping[str, int], seed: int) -> str:
    """Let people who were there before the claims began claim for the two engagements that have begun."""
    begun = sorted(each.id for each in engagements.queries.list_engagements())[:2]
    there = joined_before(clock.now() - dt.timedelta(days=100), random.Random(seed))
    line = expenses.load([person.id for person in there], begun, cast, seed)
    # Those of the last days are left to the worker, so that the demo's mail shows some.
    for kinds in ("claim_", "prior_", "advance_", "way_"):
        history.deliver(random.Random(seed), kinds=kinds, before=clock.now() - dt.timedelta(days=3))
    return line


def sign_ins() -> list[str]:
    """Return lines that say how to sign in as each role."""
    accounts_shown = staff.sign_ins()
    lines = [f"  {each.email:<36} {each.role}" for each in accounts_shown]
    how = "The sign-in page shows the six-digit code of these accounts while DEMO is on."
    return [
        f"Sign in at {config.settings().base_url}/staff/ as:",
        *lines,
        f"The password of all of them: {accounts_shown[0].password}",
        how,
    ]
