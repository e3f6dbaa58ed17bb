"""The second step of signing in: codes of an authenticator app (RFC 6238), and recovery codes on paper."""

from __future__ import annotations

import hmac
import re
import unicodedata

import pyotp
import sqlalchemy as sa

from accounts.errors import WrongCodeError, WrongRecoveryCodeError
from accounts.models import RecoveryCode, Staff
from core import audit, clock, config, crypto, ids
from core.database import changed_by, db

STEP = 30
#: A clock may be one step off (RFC 6238, section 5.2).
_SKEW = 1
RECOVERY_CODES = 10


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base 32."""
    return pyotp.random_base32()


def address_for_app(secret: str, email: str) -> str:
    """Return the otpauth:// address an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=config.settings().organisation)


def _place(staff: Staff) -> str:
    return f"staff.totp_secret:{staff.seal_id}"


def secret_of(staff: Staff) -> str | None:
    """Return the secret of `staff`, or None when they have not set up the second step."""
    return crypto.keyring().open(staff.totp_secret, _place(staff)) if staff.totp_secret else None


def _step_of(secret: str, code: str) -> int | None:
    """Return which step near now `code` belongs to, or None. Every step is compared, whichever fits."""
    typed = re.sub(r"\D", "", unicodedata.normalize("NFKC", code))
    now = int(clock.now().timestamp()) // STEP
    found = None
    for step in range(now - _SKEW, now + _SKEW + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), typed):
            found = step
    return found


def use_code(staff: Staff, code: str) -> None:
    """Use up the code of an app. Raises WrongCodeError when it does not fit or has been used."""
    secret = secret_of(staff)
    step = _step_of(secret, code) if secret else None
    if step is None:
        raise WrongCodeError
    # One statement, so that of two who send the same code at the same moment one gets in.
    used = changed_by(
        sa.update(Staff)
        .where(Staff.id == staff.id, sa.or_(Staff.totp_last_step.is_(None), Staff.totp_last_step < step))
        .values(totp_last_step=step)
    )
    if used != 1:
        raise WrongCodeError


def use_recovery_code(staff: Staff, typed: str) -> int:
    """Use up a recovery code and return how many are left. Raises WrongRecoveryCodeError."""
    used = changed_by(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff.id,
            RecoveryCode.code_hash == ids.fingerprint(ids.normalise_code(unicodedata.normalize("NFKC", typed))),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if used != 1:
        raise WrongRecoveryCodeError
    audit.record("staff.recovery_code_used", f"staff:{staff.id}")
    return count_recovery_codes(staff)


def count_recovery_codes(staff: Staff) -> int:
    """Return how many recovery codes of `staff` are unused."""
    unused = sa.select(sa.func.count()).where(RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def set_up(staff: Staff, secret: str, code: str) -> list[str]:
    """Make `secret` that of `staff` once `code` shows that their app has it; return new recovery codes.

    Raises WrongCodeError.
    """
    step = _step_of(secret, code)
    if step is None:
        raise WrongCodeError
    staff.totp_secret = crypto.keyring().seal(secret, _place(staff))
    staff.totp_last_step = step
    audit.record("staff.second_step_set_up", f"staff:{staff.id}")
    return make_recovery_codes(staff)


def make_recovery_codes(staff: Staff) -> list[str]:
    """Replace the recovery codes of `staff` and return the new ones, which are kept nowhere."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    codes = [ids.resume_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(staff_id=staff.id, code_hash=ids.fingerprint(code)) for code in codes)
    audit.record("staff.recovery_codes_made", f"staff:{staff.id}")
    db.session.flush()
    return codes


def take_away(staff: Staff) -> None:
    """Take the second step away, so that it must be set up again at the next sign-in."""
    staff.totp_secret, staff.totp_last_step = None, None
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    audit.record("staff.second_step_reset", f"staff:{staff.id}")
    db.session.flush()


def present_code(staff: Staff) -> str | None:
    """Return a code that would be let through now; the sign-in page of the demo shows it."""
    secret = secret_of(staff)
    if secret is None:
        return None
    now = int(clock.now().timestamp()) // STEP
    # The code of this step may be used up; the one of the next is accepted too.
    step = max(now, min((staff.totp_last_step or 0) + 1, now + _SKEW))
    return pyotp.TOTP(secret).generate_otp(step)
