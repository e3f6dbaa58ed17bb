"""One installation with something on every page, and people who may open them: for the walks over all pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from accounts.roles import ROLES
from tests.factories import staff
from tests.support.walk import Values


@dataclass
class Everything:
    """Who visits, what stands for the arguments of addresses, and names that the database holds only sealed."""

    clients: dict[str, Any]
    values: Values
    names: list[str]


def fill(app: Flask) -> Everything:
    """Fill the database of `app`, whose context is open."""
    visitor, colleague = app.test_client(), app.test_client()
    person = staff.sign_in(colleague, *ROLES)
    values = Values()
    _staff_pages(values, person)
    return Everything({"public": visitor, "staff": colleague}, values, [])


def _staff_pages(values: Values, person: Any) -> None:
    values.by_name["staff_id"] = staff.make_staff("analyst").id
    values.skip(
        "a step of signing in: only after the one before",
        "accounts.enter_code", "accounts.enter_recovery_code", "accounts.set_up_second_step",
        "accounts.show_recovery_codes", "accounts.set_password",
    )  # fmt: skip
