"""Staff: who they are, what they may do, and how they sign in."""

from __future__ import annotations

from flask import Flask

from accounts import models  # noqa: F401  the tables must be known


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from accounts import cards, cli, current, emails, mail_cards, sealed
    from accounts.views import blueprint, people
    from core import access, navigation
    from core.errors import N_
    from i18n import negotiation
    from mail import recipients

    app.register_blueprint(blueprint)
    access.set_guard("staff", current.guard)
    navigation.set_permission_check(current.may)
    navigation.add_staff_entry("accounts.dashboard", N_("Home"), 0, navigation.HOME)
    navigation.add_staff_entry("accounts.list_people", N_("Staff"), 10, navigation.ADMINISTRATION)
    navigation.add_staff_entry("audit_log", N_("Record of changes"), 20, navigation.ADMINISTRATION)
    app.jinja_env.globals.update(current_staff=current.staff, may=current.may)
    negotiation.add_person_source(current.language)
    emails.init_app()
    recipients.add_page("staff", people.page_of_staff)
    cards.add_card("mail.paused", "mail.manage", mail_cards.paused, order=50)
    cards.add_card("mail.uncertain", "mail.manage", mail_cards.uncertain, order=60)
    sealed.init_app()
    cli.init_app(app)
