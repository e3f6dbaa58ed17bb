"""The messages of this room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import config
from mail.registry import Mail, message

#: How long a link to confirm an address works.
CONFIRM_FOR = dt.timedelta(hours=48)
#: How long the address of somebody who was removed is kept to tell them so.
GOODBYE_FOR = dt.timedelta(days=3)
#: The same for people who joined through a partner's list and do not wait for a message.
LIST_CONFIRM_FOR = dt.timedelta(days=14)
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


def _list_sample() -> dict[str, Any]:
    return _sample() | {"told_by": "Age UK Leicester"}


@message("confirm_from_list", sample=_list_sample, useful_for=LIST_CONFIRM_FOR)
def confirm_from_list(member_id: int, link_id: int, token: str, told_by: str) -> Mail:
    """Tell somebody who joined through a partner where we have their details from, and ask them to confirm."""
    context = {"link": address(f"/confirm/{token}"), "told_by": told_by}
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


@message("removed", sample=lambda: {"reason": "moved"}, useful_for=GOODBYE_FOR)
def removed(link_id: int, reason: str) -> Mail:
    """Tell somebody that staff ended their membership, why, and whom to ask."""
    return Mail(f"member_old:{link_id}", {"reason": reason}, key=f"removed:{link_id}")


def _still_here_sample() -> dict[str, Any]:
    return {"link": "https://panel.example.org/stay/3f9c1b", "until": dt.date(2026, 9, 14), "reminder": True}


@message("still_here", sample=_still_here_sample)
def still_here(member_id: int, review_id: int, token: str, until: dt.date, reminder: bool) -> Mail:
    """Ask somebody not heard from for long whether they want to stay; the link leads to three buttons."""
    context = {"link": address(f"/stay/{token}"), "until": until, "reminder": reminder}
    return Mail(f"member:{member_id}", context, key=f"review:{review_id}:{int(reminder)}")


@message("milestone", purpose="panel", sample=lambda: {"key": "first_answer", **_sample()})
def milestone(member_id: int, key: str) -> Mail:
    """Thank somebody for what they have done for the panel so far."""
    return Mail(f"member:{member_id}", {"key": key, "link": address("/me")}, key=f"milestone:{key}")


def _group_sample() -> dict[str, Any]:
    return {"names": {"en": "Youth board"}, "link": "https://panel.example.org/me/groups/2"}


@message("group_invitation", purpose="panel", sample=_group_sample)
def group_invitation(member_id: int, request_id: int, names: dict[str, str], group_id: int) -> Mail:
    """Invite a member to a group."""
    context = {"names": names, "link": address(f"/me/groups/{group_id}")}
    return Mail(f"member:{member_id}", context, key=f"group-request:{request_id}")


@message("group_decision", sample=lambda: {**_group_sample(), "accepted": True})
def group_decision(member_id: int, request_id: int, names: dict[str, str], accepted: bool) -> Mail:
    """Answer a member who asked to join a group."""
    context = {"names": names, "accepted": accepted, "link": address("/me/groups")}
    return Mail(f"member:{member_id}", context, key=f"group-request:{request_id}")


@message("group_ended", sample=lambda: {**_group_sample(), "why": "rotated", "back": dt.date(2027, 6, 1)})
def group_ended(member_id: int, membership_id: int, names: dict[str, str], why: str, back: dt.date | None) -> Mail:
    """Tell and thank somebody whose time in a group has ended: by the lottery of rotation, or by staff and why."""
    context = {"names": names, "why": why, "back": back, "link": address("/me/groups")}
    return Mail(f"member:{member_id}", context, key=f"group-ended:{membership_id}")
