"""Messages to staff about their accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from accounts import queries
from accounts.models import Staff
from core import config, ids
from mail import recipients
from mail.recipients import Facts
from mail.registry import Mail, message


def _link(token: str) -> str:
    return f"{config.settings().base_url}/staff/set-password/{token}"


def _sample() -> dict[str, Any]:
    return {"link": _link("sample")}


@message("staff_invitation", sample=_sample)
def staff_invitation(staff_id: int, token: str) -> Mail:
    """Ask a new colleague to set their password."""
    return Mail(f"staff:{staff_id}", {"link": _link(token)}, key=f"staff_invitation:{_short(token)}")


@message("staff_new_password", sample=_sample)
def staff_new_password(staff_id: int, token: str) -> Mail:
    """Let a colleague who cannot sign in set a new password."""
    return Mail(f"staff:{staff_id}", {"link": _link(token)}, key=f"staff_new_password:{_short(token)}")


@message("staff_forgotten_password", sample=_sample, useful_for=dt.timedelta(hours=1))
def staff_forgotten_password(staff_id: int, token: str) -> Mail:
    """Let a colleague who asked for it on the sign-in page set a new password."""
    return Mail(f"staff:{staff_id}", {"link": _link(token)}, key=f"staff_forgotten_password:{_short(token)}")


@message("staff_password_changed", sample=dict)
def staff_password_changed(staff_id: int, event: str) -> Mail:
    """Tell a colleague that their password was changed by a link, in case it was not they."""
    return Mail(f"staff:{staff_id}", {}, key=f"staff_password_changed:{event}")


@message("staff_second_step_reset", sample=dict)
def staff_second_step_reset(staff_id: int, event: str) -> Mail:
    """Tell a colleague that their second step was taken away, in case they did not ask for it."""
    return Mail(f"staff:{staff_id}", {}, key=f"staff_second_step_reset:{event}")


def _short(token: str) -> str:
    """Return enough of a link's fingerprint to tell one from another: a key is kept longer than the link lives."""
    return ids.fingerprint(token)[:16]


class StaffRecipients:
    """Answers about staff for the outbox."""

    def facts(self, keys: Sequence[str]) -> Mapping[str, Facts]:
        """Return what the outbox needs to know before it queues."""
        return {str(staff.id): Facts(language=staff.language) for staff in _active(keys)}

    def addresses(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return work e-mail addresses."""
        return {str(staff.id): staff.email for staff in _active(keys)}


def _active(keys: Sequence[str]) -> Sequence[Staff]:
    return queries.list_by_ids([int(key) for key in keys if key.isdigit()])


def _panel_managers() -> list[str]:
    """Return who hears of addresses that turned out not to work."""
    return [f"staff:{staff_id}" for staff_id in queries.list_ids_with_role("panel_manager")]


def init_app() -> None:
    """Answer for recipients called `staff:<id>`."""
    recipients.register("staff", StaffRecipients())
    recipients.add_watchers(_panel_managers)
