"""What is held about a person as one plain document, and back: the shape the pages of joining and of /me work on.

    {"old_enough": true, "route": "email", "email": …, "phone": …, "address": …, "name": …, "pronouns": …,
     "postcode": "LE1 1AA", "area": 3, "area_from": "postcode" | "list",
     "equality": "yes" | "no", "about": {question key: {"value": …, "text": …} or {"year": …, "month": …, "day": …}},
     "formats": [], "large_print_points": 18, "support": [], "support_text": …, "language": "ar",
     "consents": {"panel": true, …}}

A key that is absent was not asked yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from panel import contact, profiles, queries
from panel.models import Member

Details = dict[str, Any]
_CONTACT = ("name", "pronouns", "email", "phone", "address", "postcode")


def of_member(member: Member) -> Details:
    """Return everything `member` has told us."""
    opened = contact.open_contact(member)
    needs = json.loads(contact.unseal(member, "access_needs") or "{}")
    about = profiles.open_answers(member, queries.find_profile(member.id))
    return {
        **{key: getattr(opened, key) for key in _CONTACT},
        "route": member.route,
        "language": member.language,
        **({"area": member.area_id} if member.area_id else {}),
        **({"area_from": "postcode"} if opened.postcode and member.area_id else {}),
        "formats": list(member.formats),
        "large_print_points": needs.get("large_print_points"),
        "support": needs.get("support", []),
        "support_text": needs.get("support_text", ""),
        "equality": "yes",
        "about": about,
        "consents": queries.consents(member.id),
    }


def put_contact(member: Member, details: Mapping[str, Any], *, email: bool = True) -> None:
    """Keep how to reach a person, and where they live. `email=False` leaves the address, which must be confirmed."""
    given = {key: details.get(key) for key in _CONTACT if email or key != "email"}
    contact.seal_contact(member, **given)
    member.route = details["route"]
    member.area_id = details.get("area")


def put_needs(member: Member, details: Mapping[str, Any]) -> None:
    """Keep language, formats and support. Support is health data, so it is sealed."""
    member.language = details.get("language") or "en"
    member.formats = list(details.get("formats") or [])
    needs = {key: details[key] for key in ("large_print_points", "support", "support_text") if details.get(key)}
    contact.seal(member, "access_needs", json.dumps(needs, ensure_ascii=False) if needs else None)
