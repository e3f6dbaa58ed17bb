"""Machinery that knows no domain: configuration, database, clock, ids, encryption, access, audit, web, jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from core.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Connect the machinery to `app`."""
    # Imported here because `./run --help` reads core.config before anything is installed.
    from core import (
        access,
        audit_views,
        cli,
        clock,
        components_page,
        config,
        crypto,
        database,
        health,
        http,
        information,
        jobs,
        limits,
        navigation,
        task_runner,
    )

    config.use(settings)
    clock.set_zone(settings.time_zone)
    crypto.use_keys(settings.field_keys)
    http.init_app(app, settings)
    database.init_app(app, settings)
    limits.init_app(app, settings)
    access.init_app(app)
    navigation.init_app(app)
    health.init_app(app)
    audit_views.init_app(app)
    information.init_app(app)
    components_page.init_app(app)
    cli.init_app(app)
    jobs.add_continuous("tasks", task_runner.Runner)
