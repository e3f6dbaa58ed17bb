"""What templates of this room need, made from models."""

from __future__ import annotations

from typing import Any

import segno
from flask_babel import gettext
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

from accounts.models import Staff, StaffSession
from accounts.roles import PERMISSIONS, ROLES
from i18n.languages import BY_TAG, LANGUAGES

# What each calls itself, the most particular first: Edge also says Chrome, and Chrome also says Safari.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return a browser's and a system's name, such as `Firefox, Windows`: enough to know one's own, no more."""
    found = [next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found))


def session_rows(sessions: list[StaffSession], present: StaffSession | None) -> list[dict[str, Any]]:
    """Return what the list of sessions shows."""
    return [
        {
            "id": found.id,
            "browser": found.browser or gettext("Unknown browser"),
            "started_at": found.started_at,
            "is_this": present is not None and found.id == present.id,
        }
        for found in sessions
    ]


def role_names(staff: Staff) -> list[str]:
    """Return the names of a person's roles; a translator's languages in brackets."""
    held = {role.role for role in staff.roles}
    names = []
    for key in (key for key in ROLES if key in held):
        name = gettext(ROLES[key][0])
        tags = {r.language for r in staff.roles if r.role == key}
        spoken = [language_name(language.tag) for language in LANGUAGES if language.tag in tags]
        names.append(f"{name} ({', '.join(spoken)})" if spoken else name)
    return names


def role_choices() -> list[SelectChoice]:
    """Return every role and its name."""
    return [SelectChoice(key, gettext(name)) for key, (name, _) in ROLES.items()]


def role_permissions() -> list[tuple[str, list[str]]]:
    """Return each role's name and what it lets a person do, in words."""
    return [(gettext(name), [gettext(PERMISSIONS[p]) for p in granted]) for name, granted in ROLES.values()]


def language_name(tag: str) -> str:
    """Return a language's name for staff who may not read it."""
    return gettext(BY_TAG[tag].english_name) if tag in BY_TAG else tag


def language_choices() -> list[SelectChoice]:
    """Return every language and its name."""
    return [SelectChoice(language.tag, language_name(language.tag)) for language in LANGUAGES]


def state_of(staff: Staff) -> tuple[str, str]:
    """Return whether a person can sign in, in words, and the colour of the tag."""
    if not staff.active:
        return gettext("Switched off"), "grey"
    if staff.password_hash is None:
        return gettext("Invited"), "yellow"
    if staff.totp_secret is None:
        return gettext("No second step yet"), "yellow"
    return gettext("Active"), "green"


def qr_code(text: str) -> Markup:
    """Return `text` as a QR code in SVG: black on white whatever the page's colours, or no camera reads it."""
    return Markup(  # noqa: S704  segno makes it, and escapes what it is given
        segno.make(text, error="m").svg_inline(
            border=4, dark="#000", light="#fff", svgclass="app-qr__code", omitsize=True
        )
    )
