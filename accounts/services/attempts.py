"""What slows down somebody who guesses: waits that grow with the tries on one account and from one address.

A try is counted before the password is looked at, so that a hundred tries at the same moment are a hundred tries. An
address nobody has is counted like one somebody has, so that a wait tells nothing about who has an account.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from accounts.errors import TooManyTriesError
from accounts.models import FailedSignIn
from core import clock, crypto
from core.database import db, lock_name

#: Tries without a wait: people mistype, and an office shares one address.
FREE_BY_ACCOUNT = 5
FREE_BY_ADDRESS = 25
_FIRST_WAIT = dt.timedelta(seconds=30)
#: Long enough to make guessing hopeless (100 tries a day), short enough that nobody can shut a colleague out for good.
_LONGEST_WAIT = dt.timedelta(minutes=15)
_REMEMBERED = dt.timedelta(hours=24)


def note(email: str, address: str) -> None:
    """Count a try on the account `email` from `address`. Raises TooManyTriesError while one of them has to wait."""
    keys = crypto.keyring()
    account_indexes = keys.indexes(email, "sign-in account")
    address_indexes = keys.indexes(address, "sign-in address")
    # Always in this order: two tries that share one of the two cannot wait for each other.
    lock_name(f"sign-in {account_indexes[0]}")
    lock_name(f"sign-in {address_indexes[0]}")
    _forget_old()
    waits = [
        _open_again(FailedSignIn.account_index, account_indexes, FREE_BY_ACCOUNT),
        _open_again(FailedSignIn.address_index, address_indexes, FREE_BY_ADDRESS),
    ]
    until = max(waits)
    if until > clock.now():
        raise TooManyTriesError(until=until)
    db.session.add(FailedSignIn(account_index=account_indexes[0], address_index=address_indexes[0], at=clock.now()))
    db.session.flush()


def forget(email: str) -> None:
    """Forget the tries on the account `email`: its owner has signed in."""
    indexes = crypto.keyring().indexes(email, "sign-in account")
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.account_index.in_(indexes)))


def _open_again(column: sa.orm.InstrumentedAttribute[str], indexes: list[str], free: int) -> dt.datetime:
    tries, last = db.session.execute(
        sa.select(sa.func.count(), sa.func.max(FailedSignIn.at)).where(column.in_(indexes))
    ).one()
    if tries < free or last is None:
        return clock.now()
    return last + min(_FIRST_WAIT * 2 ** min(tries - free, 20), _LONGEST_WAIT)


def _forget_old() -> None:
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at < clock.now() - _REMEMBERED))
