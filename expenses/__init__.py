"""Expenses and payments: what taking part costs, repaid.

How the room is laid out:

- `models/`      tables by subject: policy, claims (payees, claims, lines, questions before the day), receipts, entries
                 (the ledger of steps, questions, decisions), budgets, payments (choices, bank details, runs, vouchers).
- `transitions`  the one table of what may follow what, and who may do it; `services.steps.take` is the only way a claim
                 changes state: it checks the table, raises the version, adds the ledger's entry and the audit row.
- `pricing`      pure: a line and the rates in, whole pence out. `categories`: built-in kinds of cost and their words.
- `services/`    verbs. `policy` (rates by date), `payees`, `claims` (draft, lines, sending, answering), `choices`
                 (how to be paid), `duties` (who may not), `deciding`, `authorising`, `runs` (payments), `steps`.
- `queries/`     reads, one module a subject; `duplicates` for the three checks.
- `guards`, `immutability`  what the database, and the ORM, refuse whoever asks. `sealed`: every sealed column.
- `bacs`, `ledger`  pure: the files of a run, made by `services.files`. `returns`: the bank's list of what came back.
- `bank`, `modulus`  pure: account numbers as they are typed, and whether they can be right.
- `emails`, `recipients`  the message of each step, to `payee:<id>`. `reactions`: what happens when a member leaves.
"""

from __future__ import annotations

from flask import Flask

import panel.copies
import panel.leaving
from expenses import guards, immutability  # noqa: F401  the tables must be known, with what guards them


def init_app(app: Flask) -> None:
    """Connect this room to `app`."""
    from expenses import (
        cli,
        copies,
        emails,  # noqa: F401  messages register by import
        jobs,  # noqa: F401  so does the periodic work
        reactions,
        recipients,
        sealed,
        views,
    )

    sealed.register()
    recipients.register()
    panel.copies.register(copies.of_member)
    panel.leaving.register(copies.kept_of)
    reactions.connect()
    views.init_app(app)
    cli.init_app(app)
