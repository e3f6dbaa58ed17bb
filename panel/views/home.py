"""The first page: who the panel is for, what came of it, and how to join."""

from __future__ import annotations

from flask import render_template

from core import access


@access.public
def home() -> str:
    return render_template("panel/home.html")
