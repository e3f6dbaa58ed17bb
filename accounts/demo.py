"""The accounts of the demo, one for each role, which a sign-in page offers only while DEMO is on."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp

from accounts import queries
from accounts.models import Staff
from accounts.roles import ROLES
from accounts.services import passwords, people, second_step
from core import clock, config

#: Public on purpose: everything in a demo is made up.
PASSWORD = "copper lantern harvest 41"  # noqa: S105  of accounts that exist in the demo alone

#: Login -> name; the login is the role but for the last. Addresses are `<login>@demo.example`, a domain that cannot
#: exist (RFC 2606).
_NAMES = {
    "administrator": "Alex Morgan",
    "panel_manager": "Priya Shah",
    "survey_author": "Gareth Evans",
    "analyst": "Mei Chen",
    "feedback_editor": "Rosa Clarke",
    "claims_approver": "Tom Baker",
    "budget_holder": "Helen Price",
    "payer": "Nadia Hussain",
    "second_payer": "Owen Lloyd",
    "translator": "Leila Haddad",
    "assurance": "John Okafor",
}
_TRANSLATES = ("cy", "ar")
#: Who prepares a payment run cannot confirm it.
_SECOND = {"second_payer": "payer"}


@dataclass(frozen=True)
class SignIn:
    """What somebody needs to try the demo in one role."""

    role: str
    email: str
    password: str


def _email(role: str) -> str:
    return f"{role.replace('_', '-')}@demo.example"


def load() -> list[SignIn]:
    """Add the accounts that are not there yet; the caller commits. Return how to sign in with them."""
    for role, name in _NAMES.items():
        if queries.find_by_email(_email(role)) is None:
            staff = people.create(name, _email(role), [_SECOND.get(role, role)], _TRANSLATES)
            passwords.set_password(staff, PASSWORD)
            secret = second_step.new_secret()
            second_step.set_up(staff, secret, pyotp.TOTP(secret).at(int(clock.now().timestamp())))
    return sign_ins()


def sign_ins() -> list[SignIn]:
    """Return how to sign in with the demo's accounts, the administrator first."""
    return [SignIn(ROLES[_SECOND.get(role, role)][0], _email(role), PASSWORD) for role in _NAMES]


def code_of(staff: Staff) -> str | None:
    """Return the code of a demo account's app while DEMO is on, None for everybody else and everywhere else."""
    if not config.settings().demo or staff.email not in {_email(role) for role in _NAMES}:
        return None
    return second_step.present_code(staff)
