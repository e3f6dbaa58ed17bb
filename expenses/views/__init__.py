"""The pages of this room: for members their claims and their account, for staff the deciding and the paying."""

from __future__ import annotations

from flask import Blueprint, Flask

from accounts import cards
from core import navigation
from core.errors import N_
from expenses.presenters.telling import waiting_card

staff = Blueprint("expenses", __name__, url_prefix="/staff/expenses")
own = Blueprint("claims", __name__, url_prefix="/claims")
public = Blueprint("repaying", __name__, url_prefix="/expenses")

from expenses.views import (  # noqa: E402  they add their routes
    advances,  # noqa: F401
    authorising,  # noqa: F401
    bank,  # noqa: F401
    budgets,  # noqa: F401
    came_back,  # noqa: F401
    claiming,  # noqa: F401
    deciding,  # noqa: F401
    entering,  # noqa: F401
    mine,  # noqa: F401
    payer,  # noqa: F401
    policy,  # noqa: F401
    printed,  # noqa: F401
    prior,  # noqa: F401
    receipts,  # noqa: F401
    reports,  # noqa: F401
    retention,  # noqa: F401
    returns,  # noqa: F401
    runs,  # noqa: F401
    telling,  # noqa: F401
)


def init_app(app: Flask) -> None:
    """Add the pages to `app` and to the menus."""
    app.register_blueprint(staff)
    app.register_blueprint(own)
    app.register_blueprint(public)
    navigation.add_own_entry("claims.index", N_("Claim your costs"), 10)
    section = navigation.EXPENSES
    navigation.add_staff_entry("expenses.to_decide", N_("Claims to decide"), 10, section)
    navigation.add_staff_entry("expenses.list_before", N_("Asked before the day"), 15, section)
    navigation.add_staff_entry("expenses.to_authorise", N_("Claims to authorise"), 20, section)
    navigation.add_staff_entry("expenses.enter", N_("Enter claims"), 30, section)
    navigation.add_staff_entry("expenses.list_telling", N_("People to tell"), 35, section)
    navigation.add_staff_entry("expenses.list_runs", N_("Payments"), 40, section)
    navigation.add_staff_entry("expenses.list_budgets", N_("Budgets"), 50, section)
    navigation.add_staff_entry("expenses.figures", N_("Cost of taking part"), 60, section)
    navigation.add_staff_entry("expenses.old_claims", N_("Old claims"), 70, section)
    navigation.add_staff_entry("expenses.policy", N_("Expenses policy"), 80, section)
    cards.add_card("expenses.telling", "claims.enter", waiting_card, order=35)
    navigation.add_footer_link("repaying.policy", N_("What we pay for"), 35)
