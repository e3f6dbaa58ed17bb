"""The pages of this room."""

from __future__ import annotations

from flask import Flask

from accounts.cards import add_card
from core import navigation
from core.errors import N_
from mail import recipients
from panel import cards
from panel.views import (  # noqa: F401  they add their routes
    channels,
    draw_people,
    draws,
    imports,
    join,
    links,
    lottery,
    own,
    own_groups,
    partners,
    recruiting,
    staff,
    staff_asking,
    staff_attitudes,
    staff_benefits,
    staff_details,
    staff_figures,
    staff_groups,
    staff_targets,
)
from panel.views.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Add the pages to `app` and to the menus."""
    app.register_blueprint(blueprint)
    app.register_blueprint(draws.blueprint)
    app.register_blueprint(lottery.blueprint)
    navigation.add_front_entry(
        "panel.join",
        N_("Join the panel"),
        N_("The panel is for everybody who lives here. You do not need to know anything special."),
        10,
    )
    navigation.add_front_entry(
        "panel.sign_in",
        N_("Go to your own page"),
        N_("If you are on the panel, you can see and change what we know about you."),
        50,
    )
    navigation.add_staff_entry("panel.staff_members", N_("Members"), 10, navigation.PANEL)
    navigation.add_staff_entry("panel.staff_groups", N_("Groups"), 20, navigation.PANEL)
    navigation.add_staff_entry("panel.staff_benefits", N_("Benefits"), 80, navigation.PANEL)
    navigation.add_staff_entry("panel.figures", N_("The panel and the population"), 30, navigation.PANEL)
    navigation.add_staff_entry("panel.recruit_next", N_("Whom to recruit next"), 50, navigation.PANEL)
    navigation.add_staff_entry("panel.targets", N_("Population targets"), 40, navigation.PANEL)
    navigation.add_staff_entry("panel.recruiting_home", N_("Recruiting"), 60, navigation.PANEL)
    navigation.add_staff_entry("draws.index", N_("Draws"), 70, navigation.PANEL)
    for prefix in ("member", "member_account"):
        recipients.add_page(prefix, staff.page_of_member)
    add_card("panel.unreached", "members.manage", cards.unreached, order=40)
    navigation.add_footer_link("lottery.index", N_("How people are chosen"), 40)
