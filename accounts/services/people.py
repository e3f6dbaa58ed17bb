"""Who is on the staff and what they may do; the last administrator cannot be taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa

import mail.services
from accounts import emails, queries
from accounts.errors import EmailTakenError, LanguageMissingError, LastAdministratorError, LinkSpentError
from accounts.models import Staff, StaffLink, StaffRole
from accounts.roles import ROLES
from accounts.services import passwords, second_step, sessions
from core import audit, clock, ids
from core.database import changed_by, db, lock_name

#: A link to set a password can be used for this long.
LINK_LIFE = dt.timedelta(days=3)
#: One that somebody asked for without being signed in lives shorter, and a second one is not sent within this time.
ASKED_LINK_LIFE, ASKED_AGAIN = dt.timedelta(hours=1), dt.timedelta(minutes=5)


def create(name: str, email: str, roles: Iterable[str], languages: Iterable[str] = (), language: str = "en") -> Staff:
    """Add a person with `roles`; those who translate do so into `languages`. Raises EmailTakenError."""
    lock_name("staff.email")
    email = normalise_email(email)
    if queries.find_by_email(email) is not None:
        raise EmailTakenError
    staff = Staff(name=name.strip(), email=email, language=language, created_at=clock.now())
    staff.roles = _roles(roles, languages)
    db.session.add(staff)
    db.session.flush()
    audit.record("staff.added", f"staff:{staff.id}", after={"roles": _listed(staff)})
    return staff


def normalise_email(email: str) -> str:
    """Return an address as it is kept and looked up."""
    return email.strip().lower()


def invite(staff: Staff) -> None:
    """Send `staff` a link with which they set their password."""
    emails.staff_invitation(staff.id, make_link(staff))
    audit.record("staff.invited", f"staff:{staff.id}")


def send_new_password_link(staff: Staff) -> None:
    """Send `staff` a link with which they set a new password; the present one works until they do."""
    emails.staff_new_password(staff.id, make_link(staff))
    audit.record("staff.password_link_sent", f"staff:{staff.id}")


def ask_for_new_password(email: str) -> None:
    """Send a link for a new password to the person with this address, if there is one; nobody learns whether.

    Only to those who have set up both steps: the link replaces the password alone, and the second step is asked for as
    ever. Anybody may ask in somebody's name, so a fresh link is not replaced.
    """
    staff = queries.find_by_email(normalise_email(email))
    if staff is None or not staff.active or staff.password_hash is None or staff.totp_secret is None:
        return
    lock_name(f"staff.link:{staff.id}")
    fresh = sa.select(StaffLink.id).where(
        StaffLink.staff_id == staff.id, StaffLink.used_at.is_(None), StaffLink.made_at > clock.now() - ASKED_AGAIN
    )
    if db.session.scalar(fresh) is None:
        emails.staff_forgotten_password(staff.id, make_link(staff, ASKED_LINK_LIFE))
        audit.record("staff.password_link_asked", f"staff:{staff.id}")


def make_link(staff: Staff, life: dt.timedelta = LINK_LIFE) -> str:
    """Return the token of a new link; links made before stop working."""
    db.session.execute(sa.delete(StaffLink).where(StaffLink.staff_id == staff.id))
    token = ids.token()
    now = clock.now()
    db.session.add(StaffLink(staff_id=staff.id, token_hash=ids.fingerprint(token), made_at=now, expires_at=now + life))
    db.session.flush()
    return token


def set_password_by_link(token: str, password: str) -> Staff:
    """Use up the link of `token`, set the password, end all sessions and tell the person whose password has changed.

    Raises LinkSpentError or a refusal.
    """
    staff = queries.find_by_link(token)
    if staff is None:
        raise LinkSpentError
    had_one = staff.password_hash is not None
    passwords.set_password(staff, password)
    # One statement decides who of two at the same moment used it.
    used = changed_by(
        sa.update(StaffLink)
        .where(StaffLink.token_hash == ids.fingerprint(token), StaffLink.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if used != 1:
        raise LinkSpentError
    sessions.end_all(staff)
    if had_one:
        emails.staff_password_changed(staff.id, ids.random_id())
    return staff


def change_roles(staff: Staff, roles: Iterable[str], languages: Iterable[str] = ()) -> None:
    """Give `staff` exactly these roles. Raises LastAdministratorError or LanguageMissingError."""
    lock_name("staff.administrators")
    wanted = _roles(roles, languages)
    if not any(role.role == "administrator" for role in wanted):
        _keep_an_administrator(staff)
    before = _listed(staff)
    kept = {(role.role, role.language): role for role in staff.roles}
    staff.roles = [kept.get((role.role, role.language), role) for role in wanted]
    db.session.flush()
    after = _listed(staff)
    if after != before:
        audit.record("staff.roles_changed", f"staff:{staff.id}", {"roles": before}, {"roles": after})


def deactivate(staff: Staff) -> None:
    """Switch an account off at once, ending its sessions. Raises LastAdministratorError."""
    lock_name("staff.administrators")
    _keep_an_administrator(staff)
    if staff.active:
        staff.active = False
        db.session.execute(sa.delete(StaffLink).where(StaffLink.staff_id == staff.id))
        sessions.end_all(staff)
        audit.record("staff.deactivated", f"staff:{staff.id}", {"active": True}, {"active": False})


def reactivate(staff: Staff) -> None:
    """Switch an account on again."""
    if not staff.active:
        staff.active = True
        audit.record("staff.reactivated", f"staff:{staff.id}", {"active": False}, {"active": True})


def write_again(staff: Staff) -> None:
    """Let messages go again to `staff`, whose mail came back."""
    if mail.services.write_again(staff.email):
        audit.record("staff.reachable", f"staff:{staff.id}")


def reset_second_step(staff: Staff) -> None:
    """Take the second step of `staff` away, end their sessions and tell them."""
    second_step.take_away(staff)
    sessions.end_all(staff)
    emails.staff_second_step_reset(staff.id, ids.random_id())


def _keep_an_administrator(staff: Staff) -> None:
    if not (staff.active and any(role.role == "administrator" for role in staff.roles)):
        return
    if not queries.other_administrators(staff.id):
        raise LastAdministratorError


def _roles(roles: Iterable[str], languages: Iterable[str]) -> list[StaffRole]:
    languages = list(languages)
    made: list[StaffRole] = []
    for role in (r for r in ROLES if r in set(roles)):
        if role == "translator":
            if not languages:
                raise LanguageMissingError
            made += [StaffRole(role=role, language=language) for language in languages]
        else:
            made.append(StaffRole(role=role))
    return made


def _listed(staff: Staff) -> list[str]:
    return sorted(f"{role.role}:{role.language}" if role.language else role.role for role in staff.roles)
