"""What each role may do: the one table. A new role or permission is one line here."""

from __future__ import annotations

from core.errors import N_

#: Permission -> what it lets somebody do, as shown to the administrator who gives roles.
PERMISSIONS: dict[str, str] = {
    "staff.manage": N_("Add staff, give roles, end sessions"),
    "audit.read": N_("Read the record of changes"),
    "members.read": N_("See members and how to reach them"),
    "members.manage": N_("Add, confirm, pause and remove members"),
    "asking.manage": N_("Set how often people may be asked, and when nobody is"),
    "recruiting.read": N_("See channels, partners and campaigns, and what they brought"),
    "recruiting.manage": N_("Change channels, partners and campaigns"),
    "panel.figures": N_("See how the panel compares with the population"),
    "panel.targets": N_("Change population targets, groupings and questions on attitudes"),
    "draws.read": N_("See draws, their plans and results"),
    "draws.manage": N_("Plan, hold and publish draws, and see whom they found"),
    "engagements.read": N_("See engagements, surveys and their progress"),
    "engagements.edit": N_("Plan and change engagements"),
    "surveys.edit": N_("Write and change questionnaires"),
    "surveys.translate": N_("Translate wording into the languages given"),
    "surveys.publish": N_("Publish a version of a questionnaire"),
    "fieldwork.manage": N_("Open, extend and close fieldwork, invite and remind"),
    "results.read": N_("See results while open and after"),
    "results.export": N_("Download results"),
    "answers.text": N_("Read what people wrote in their own words, without their name"),
    "answers.named": N_("Read answers with names in a confidential survey; every reading is recorded"),
    "outcomes.edit": N_("Write outcomes"),
    "outcomes.translate": N_("Translate outcomes into the languages given"),
    "outcomes.publish": N_("Publish outcomes and tell everyone who took part"),
    "loop.read": N_("See which loops are open and overdue"),
    "telling.manage": N_("Print letters, work through the call list, mark people told"),
    "mail.read": N_("See messages and their progress, without content"),
    "mail.manage": N_("Pause, resume and settle messages"),
    "policy.edit": N_("Change what the policy on expenses repays and pays"),
    "claims.enter": N_("Enter claims for people, from paper or the phone"),
    "claims.approve": N_("Decide on claims and ask about them"),
    "claims.authorise": N_("Authorise claims that somebody else approved"),
    "claims.delete": N_("Delete claims and payments whose time to be kept is over"),
    "claims.figures": N_("See what taking part costs, without names"),
    "budgets.edit": N_("Set budgets for expenses"),
    "budgets.hold": N_("Agree to go over a budget that they hold"),
    "payments.pay": N_("Prepare payment runs and see bank details; every reading is recorded"),
    "payments.confirm": N_("Confirm payment runs that somebody else prepared"),
    "assurance.comment": N_("Comment on and approve plans and reports"),
}

_READS = ["engagements.read", "loop.read"]

# Who runs the system does not thereby read what people said under their name, nor handle money.
_NOT_FOR_ADMINISTRATORS = {
    "answers.named",
    "claims.approve",
    "claims.authorise",
    "budgets.hold",
    "payments.pay",
    "payments.confirm",
}
_PANEL_MANAGER = [
    *_READS,
    "members.read",
    "members.manage",
    "recruiting.read",
    "recruiting.manage",
    "panel.figures",
    "panel.targets",
    "draws.read",
    "draws.manage",
    "engagements.edit",
    "surveys.translate",
    "fieldwork.manage",
    "results.read",
    "outcomes.edit",
    "outcomes.translate",
    "telling.manage",
    "mail.read",
    "mail.manage",
    "claims.enter",
    "claims.figures",
    "budgets.edit",
]

#: Role -> its name, and the permissions it has.
ROLES: dict[str, tuple[str, list[str]]] = {
    "administrator": (N_("Administrator"), sorted(set(PERMISSIONS) - _NOT_FOR_ADMINISTRATORS)),
    "panel_manager": (N_("Panel manager"), _PANEL_MANAGER),
    "survey_author": (
        N_("Survey author"),
        [*_READS, "engagements.edit", "surveys.edit", "surveys.translate", "surveys.publish", "results.read"],
    ),
    "analyst": (
        N_("Analyst"),
        [*_READS, "recruiting.read", "panel.figures", "draws.read", "results.read", "results.export", "answers.text"],
    ),
    # Given beside another role, by name and for a reason: nobody has it as part of their everyday work.
    "named_reader": (N_("Reader of answers with names"), ["results.read", "answers.named"]),
    "feedback_editor": (
        N_("Feedback editor"),
        [
            *_READS,
            "results.read",
            "answers.text",
            "outcomes.edit",
            "outcomes.translate",
            "outcomes.publish",
            "telling.manage",
        ],
    ),
    "claims_approver": (N_("Claims approver"), [*_READS, "claims.approve", "claims.figures"]),
    "budget_holder": (
        N_("Budget holder"),
        [*_READS, "claims.authorise", "claims.figures", "budgets.edit", "budgets.hold"],
    ),
    "payer": (N_("Payer"), ["payments.pay", "payments.confirm", "claims.figures"]),
    "translator": (N_("Translator"), ["surveys.translate", "outcomes.translate"]),
    "assurance": (N_("Assurance"), [*_READS, "draws.read", "results.read", "assurance.comment", "audit.read"]),
}
