"""Messages: their registry, the outbox, delivery, transports and bounces."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from core import config, navigation, sealed
    from core import jobs as core_jobs
    from core.errors import N_
    from mail import (  # noqa: F401  tables, messages and jobs are known once they are imported
        cli,
        emails,
        jobs,
        models,
        services,
        transports,
    )
    from mail.delivery import Post
    from mail.views import blueprint

    app.register_blueprint(blueprint)
    navigation.add_staff_entry("mail.list_campaigns", N_("Messages"), 10, navigation.MESSAGES)
    core_jobs.add_continuous("mail", lambda: Post(config.settings(), transports.of(config.settings())))
    sealed.register(models.OutboxMessage, "context", models.OutboxMessage.message_id)
    sealed.register(models.LinkKey, "key", models.LinkKey.id)
    sealed.register_rekey("mail_suppression", lambda: [services.renew_suppressions()])
    cli.init_app(app)
