"""The front page, and what a public body owes everybody: privacy, accessibility, and how to get help."""

from __future__ import annotations

import datetime as dt

from flask import Flask, render_template

from core import access, navigation
from core.errors import N_

#: When the accessibility statement was last gone through; to be renewed at least once a year.
STATEMENT_PREPARED = dt.date(2026, 11, 22)


def init_app(app: Flask) -> None:
    """Serve the pages and put them into the footer."""

    @app.get("/")
    @access.public
    def home() -> str:
        return render_template("information/home.html")

    @app.get("/privacy")
    @access.public
    def privacy() -> str:
        return render_template("information/privacy.html")

    @app.get("/accessibility")
    @access.public
    def accessibility() -> str:
        return render_template("information/accessibility.html", prepared=STATEMENT_PREPARED)

    @app.get("/help")
    @access.public
    def help_page() -> str:
        return render_template("information/help.html")

    navigation.add_footer_link("help_page", N_("Help and contact"), 10)
    navigation.add_footer_link("privacy", N_("What we do with your information"), 80)
    navigation.add_footer_link("accessibility", N_("Accessibility statement"), 90)
