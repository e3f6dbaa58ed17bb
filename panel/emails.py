"""The messages of this room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import config
from mail.registry import Mail, message

#: How long a link to confirm an address works.
CONFIRM_FOR = dt.timedelta(hours=48)
#: How long a link to sign in works.
SIGN_IN_FOR = dt.timedelta(minutes=15)


def address(path: str) -> str:
    """Return the full address of a page."""
    return f"{config.settings().base_url}{path}"


def _sample() -> dict[str, Any]:
    return {"link": "https://panel.example.org/page/3f9c1b"}


@message("confirm_address", sample=_sample, useful_for=CONFIRM_FOR)
def confirm_address(member_id: int, link_id: int, token: str) -> Mail:
    """Ask somebody who wants to join to confirm that the address is theirs."""
    context = {"link": address(f"/confirm/{token}")}
    return Mail(f"member_account:{member_id}", context, key=f"confirm:{link_id}")


@message("already_member", sample=_sample, repeat_window=dt.timedelta(hours=1))
def already_member(member_id: int, key: str) -> Mail:
    """Tell a member that somebody, perhaps they, tried to join with their address."""
    return Mail(f"member_account:{member_id}", {"link": address("/sign-in")}, key=f"already:{key}")


@message("welcome", sample=_sample)
def welcome(member_id: int) -> Mail:
    """Welcome somebody whose membership has begun."""
    return Mail(f"member:{member_id}", {"link": address("/me")}, key=f"welcome:{member_id}")


@message("sign_in_link", sample=_sample, useful_for=SIGN_IN_FOR)
def sign_in_link(member_id: int, link_id: int, token: str) -> Mail:
    """Send the link that signs a member in."""
    context = {"link": address(f"/sign-in/{token}")}
    return Mail(f"member_account:{member_id}", context, key=f"signin:{link_id}")


@message("confirm_new_address", sample=_sample, useful_for=CONFIRM_FOR)
def confirm_new_address(link_id: int, token: str) -> Mail:
    """Ask at a new address whether it is the member's."""
    return Mail(f"member_new:{link_id}", {"link": address(f"/new-address/{token}")}, key=f"new-address:{link_id}")


@message("address_changed", sample=dict)
def address_changed(link_id: int) -> Mail:
    """Tell the old address that messages go elsewhere from now on."""
    return Mail(f"member_old:{link_id}", {}, key=f"address-changed:{link_id}")
