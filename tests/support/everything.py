"""One installation with something on every page, and people who may open them: for the walks over all pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from accounts.roles import ROLES
from core import clock
from core.database import db
from engagements.models import PreElectionPeriod
from engagements.pages import PAGES
from expenses.presenters.reports import REPORTS
from expenses.queries import payments
from expenses.services import payees, prior
from mail import by_hand, unsubscribing
from mail.models import Campaign, MessageState, OutboxMessage
from mail.services import ensure_campaign
from panel import steps
from panel.consents import PURPOSES
from panel.draws import people as draw_people
from panel.draws import planning as draw_planning
from panel.draws import pools
from panel.draws import quotas as draw_quotas
from panel.models import AttitudeState, Reply, Review, TargetSet
from panel.representation.features import OWN
from panel.services import asking_rules, attitudes, benefits, groupings, groups, milestones, rotations
from panel.services import links as member_links
from surveys import links, types
from surveys.models import FieldworkState, Kind, Response
from surveys.services import fieldwork as fieldwork_services
from surveys.services import snapshots
from tests.core.task_work import work_off
from tests.factories import draws, expenses, staff
from tests.factories.areas import make_areas
from tests.factories.engagements import make_engagement
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.groups import belong, make_group
from tests.factories.imports import make_import
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, make_outcome, make_published, take_part
from tests.factories.recruiting import make_campaign, make_channel, make_partner
from tests.factories.surveys import QUESTIONS, make_fieldwork, make_survey, publish
from tests.feedback.test_telling import hand_over_all, settle_mail
from tests.panel import support as joining
from tests.support.walk import Values
from tests.surveys import respondents

#: What people wrote in their claims; it is shown as it was written.
_CLAIM_WORDS = ["A meeting.", "Which day was it?", "The Lantern Trust", "No bus.", "It was lost."]


@dataclass
class Everything:
    """Who visits, what stands for the arguments of addresses, and names that the database holds only sealed."""

    clients: dict[str, Any]
    values: Values
    names: list[str]


def fill(app: Flask) -> Everything:
    """Fill the database of `app`, whose context is open."""
    clients = {"public": app.test_client(), "member": app.test_client(), "staff": app.test_client()}
    values = Values()
    make_areas()
    person = staff.sign_in(clients["staff"], *ROLES)
    _staff_pages(values, person)
    member = _member_pages(values, clients["member"])
    clients["staff"].submit(f"/staff/members/{values.by_name['member_id']}", "/details")
    _joining(values, clients["public"])
    _answering(values, clients["public"], member)
    _engagements(values)
    _authoring(values)
    _fieldwork(values)
    _mail(values, member)
    _targets(values)
    _feedback(values, member)
    _expenses(values)
    _claims(values, member, person)
    _draws(values, member)
    _recruiting(values, clients["staff"])  # last: the worker lets go of what was loaded
    cells = ["list1@example.org", "wrong1", "F"]
    cells += _CLAIM_WORDS
    return Everything(
        clients,
        values,
        ["Asha Patel", "she/her", "LE1 1AA", "Sam Patel", "It was lost.", "By night.", "Nisha Rao", *cells],
    )


def _staff_pages(values: Values, person: Any) -> None:
    values.by_name["staff_id"] = staff.make_staff("analyst").id
    values.skip(
        "a step of signing in: only after the one before",
        "accounts.enter_code", "accounts.enter_recovery_code", "accounts.set_up_second_step",
        "accounts.show_recovery_codes", "accounts.set_password",
    )  # fmt: skip


def _link(member: Any, purpose: str) -> str:
    made = member_links.make(member.id, purpose, dt.timedelta(hours=1), {"email": "new@example.org"})
    assert made is not None
    db.session.commit()
    return made[1]


def _member_pages(values: Values, client: Any) -> Any:
    answers = {"sex": {"value": "female"}, "date_of_birth": {"year": 1980}}
    member = make_member(area=next(iter(make_areas().values())), answers=answers)
    token = _link(member, "sign_in")
    client.submit(f"/sign-in/{token}")
    values.at("panel.sign_in_by_link", token=_link(member, "sign_in"))
    values.at("panel.confirm_address", token=_link(make_member(state="applied"), "confirm"))
    values.at("panel.confirm_new_address", token=_link(member, "change_email"))
    for endpoint in ("panel.change_own", "panel.change_details"):
        values.at(endpoint, slug=sorted(steps.OWN_BY_SLUG))
    for endpoint in ("panel.change_consent", "panel.staff_consent"):
        values.at(endpoint, purpose=sorted(set(PURPOSES) - {"panel"}))
    values.by_name["member_id"] = make_member().id
    values.at("panel.still_here", token=_link(member, "stay"))
    _membership(values, member)
    return member


def _membership(values: Values, member: Any) -> None:
    """A group that the member belongs to with a rotation drawn, one that somebody asks to join, benefits, rules."""
    group = make_group(rotation_share=50, rotation_after=0, rotation_return=12, minimum_age=16)
    other = make_group(joining="application", words={"en": {"name": "Reader panel"}}, name="Reader panel")
    by_phone = make_member(route="phone", phone="0116 000 0010")
    belong(group, [member, by_phone, make_member()], clock.now() - dt.timedelta(days=800))
    groups.join(by_phone, other, language="en")
    rotations.draw(group, "staff:1")
    db.session.add(Review(member_id=by_phone.id, asked_on=clock.today()))
    milestones.reach(sa.select(sa.literal(member.id).label("id")), "first_answer", clock.today())
    words = {"en": {"title": "Training", "text": "Free courses."}}
    benefit = benefits.save(None, words, shown_from=clock.today())
    later = clock.today() + dt.timedelta(days=90)
    asking_rules.set_rule({30: 1, 365: 6}, later, "Fewer requests", "staff:1")
    where = {"area_id": None, "group_id": group.id}
    asking_rules.add_quiet_period(later, later, reason="Holidays", by="staff:1", **where)
    db.session.commit()
    values.by_name |= {"group_id": [group.id, other.id], "benefit_id": benefit.id}
    values.at("panel.rotation", group_id=group.id)
    values.at("panel.remove_from_group", group_id=group.id, member_id=by_phone.id)


def _joining(values: Values, client: Any) -> None:
    """Go through joining to its last page, so that each page of it can be opened."""
    slug = joining.walk(client, joining.SHORT | {"equality": {"equality": "yes"}}).rpartition("/")[2]
    while slug != "check":
        page = client.get(f"/join/{slug}").page
        first = {i.get("name"): i.get("value") for i in reversed(page.all("input")) if i.get("type") == "radio"}
        first |= {"equality": "yes"} if slug == "equality" else joining.SHORT.get(slug, {})
        response = client.submit(f"/join/{slug}", **first)
        assert response.status_code == 200, (slug, response.page.errors)
        slug = response.request.path.rpartition("/")[2]
    values.at("panel.join_step", slug=sorted(steps.BY_SLUG))


def _recruiting(values: Values, client: Any) -> None:
    """A partner with a channel, a campaign, and lists at every stage."""
    area = next(iter(make_areas().values()))
    partner = make_partner(name="Rural Youth", groups=["age_band:16-19"], area_ids=[area.id])
    channel = make_channel(key="bus-stops", partner_id=partner.id, groups=["carer:yes"], area_ids=[area.id])
    campaign = make_campaign(
        (area.id, "age_band", "16-19", 30), channel_ids=[channel.id], partner_ids=[partner.id], name="More young people"
    )
    values.by_name |= {"partner_id": partner.id, "channel_id": channel.id, "campaign_id": campaign.id}
    values.at("panel.join_by_channel", key="bus-stops")
    partner_id = partner.id
    prepared = make_import(client, partner_id, steps=2)
    checked = make_import(client, partner_id, steps=3)
    done = make_import(client, partner_id, steps=4)
    values.by_name["import_id"] = [prepared, checked, done]
    for endpoint in ("import_columns", "import_answers", "import_evidence", "import_preview"):
        values.at(f"panel.{endpoint}", import_id=prepared)


def _answering(values: Values, client: Any, member: Any) -> None:
    """Begin an open survey and answer all but its last page."""
    version = publish(make_survey(languages=("en", "cy", "ar")))
    fieldwork = make_open_fieldwork(version, Kind.OPEN, closes_at=clock.now() + dt.timedelta(days=40))
    client.submit(f"/o/{fieldwork.slug}")
    respondents.answer_pages(client, fieldwork.slug)
    for endpoint in ("about", "page", "check", "about_you", "open_to_all"):
        values.at(f"answering.{endpoint}", slug=fieldwork.slug)
    sent = make_open_fieldwork(version, Kind.OPEN)
    client.submit(f"/o/{sent.slug}")
    respondents.answer_pages(client, sent.slug)
    respondents.send(client, sent.slug)
    values.at("answering.thanks", slug=sent.slug)
    values.by_name["number"] = list(range(1, len(respondents.ANSWERS) + 1))
    invited = invite(make_open_fieldwork(version), [member])
    values.at("answering.invited", token=invited[0].token)


def _engagements(values: Values) -> None:
    engagement = make_engagement(words={"cy": {"title": "Cael apwyntiad meddyg teulu"}})
    values.by_name |= {"engagement_id": engagement.id, "tag": "cy", "page_key": sorted(PAGES)}
    period = PreElectionPeriod(name="Local elections", starts_on=dt.date(2027, 3, 20), ends_on=dt.date(2027, 5, 6))
    db.session.add(period)
    db.session.commit()
    values.by_name["period_id"] = period.id


def _draws(values: Values, member: Any) -> None:
    """One draw at each step; the published one has chosen the member who visits."""
    for _ in range(30):
        make_member(answers={"sex": {"value": "female"}})
    plan = {"size": 3, "within": 3, "features": ["sex"]}
    planned = draws.make_draw(**plan, responses={"feature": "sex", "rates": {"": 60}})
    impossible = draws.make_draw(**plan)
    draw_quotas.change(impossible, {("sex", "male"): (3, 3)})
    draw_planning.ask_check(impossible)
    db.session.commit()
    work_off()
    fixed = draws.fixed(draws.make_draw(**plan))
    waiting = draws.fixed(draws.make_draw(**plan))
    draw_planning.ask_hold(waiting, "4 8 15")
    db.session.commit()
    drawn = draws.held(draws.make_draw(**plan))
    # So many that the member is among them.
    everybody = draws.make_draw(size=len(list(db.session.scalars(pools.askable(planned)))), within=40, features=["sex"])
    published = draws.published(everybody)
    draw_people.answer(published, draw_people.list_people(published.id)[-1].member_id, Reply.DECLINED)
    cancelled = draws.fixed(draws.make_draw(**plan))
    draw_planning.cancel(cancelled, "The event was called off.")
    db.session.commit()
    plans, public = [planned.id, impossible.id], [fixed.id, drawn.id, published.id, cancelled.id]
    values.by_name["draw_id"] = plans
    values.at("draws.rates", draw_id=planned.id)
    values.at("draws.show", draw_id=[*plans, *public, waiting.id])
    values.at("draws.hold", draw_id=fixed.id)
    values.at("draws.cancel", draw_id=[planned.id, fixed.id])
    values.at("draws.list_people", draw_id=[drawn.id, published.id])
    values.at("lottery.show", draw_id=public)
    values.at("lottery.why", draw_id=published.id)
    # The draw found everybody who could be asked just then, so whoever it found first may visit.
    told = draw_people.list_people(published.id)[0].member_id
    invited = invite(make_open_fieldwork(audience={"draw_ids": [published.id]}), [told])
    values.at("answering.why", token=invited[0].token)


def _feedback(values: Values, member: Any) -> None:
    """Publish one outcome that has to be told by each route, and leave another as a draft."""
    area = next(iter(make_areas().values()))
    people = [
        member,
        make_member(area=area),
        make_member(route="post", address="1 High Street, Leicester", formats=["large_print"]),
        make_member(route="phone", phone="0116 000 0009"),
    ]
    engagement = make_answered(people, languages=("en", "cy", "ar"), area_ids=[area.id])
    _outcome, telling = make_published(engagement)
    hand_over_all(telling)
    settle_mail(telling, MessageState.FAILED, people[1])
    draft = make_outcome(engagement)
    make_outcome(engagement, ready=True, heard="You want a chair in the waiting room.")
    values.by_name |= {"telling_id": telling.id, "outcome_id": draft.id}
    for endpoint in ("list_outcomes", "new_outcome", "publish"):
        values.at(f"feedback.{endpoint}", engagement_id=engagement.id)
    values.at("directory.engagement", slug=engagement.slug)


def _expenses(values: Values) -> None:
    """The policy with one kind of cost named by hand, and a payment run that was sent."""
    expenses.make_policy()
    run = expenses.make_sent_run()
    payment = payments.list_payments(run.id)[0]
    values.by_name |= {"run_id": run.id, "payment_id": payment.id, "payee_id": payment.payee_id}
    for endpoint in ("policy_category", "new_rate", "end_rate", "policy_words"):
        values.at(f"expenses.{endpoint}", key="taxi")
    values.at("expenses.time_rate", role="adviser")
    values.at("expenses.figures", report=sorted(REPORTS))
    values.at("expenses.word_give_back", tag=["en", "ar"])
    values.at("expenses.close_advance", reference=expenses.make_owing_advance().reference)
    _deciding(values)


def _claims(values: Values, member: Any, person: Any) -> None:
    """Claims at every page there is: drafts for costs and for time, one with a question, one asked before."""
    payee = expenses.make_payee(member, account=False)
    payees.make("charity", "The Lantern Trust")
    costs = [{}, {"category": "mileage_car", "spent_pence": None, "quantity_hundredths": 1300, "return_journey": True,
                  "journey": {"from": "Wigston", "to": "Oadby"}}, {"category": "taxi"}]  # fmt: skip
    draft = expenses.make_draft(payee, costs, event=None)
    for_time = expenses.make_draft(payee, [{"role": "adviser", "minutes": 90}], kind="time")
    asked = expenses.make_claim("question", payee=payee)
    expenses.make_claim("partly_approved", payee=payee)
    entered = expenses.make_draft(expenses.make_payee(), costs, made_by=person, made_how="paper")
    time_entered = expenses.make_draft(
        expenses.make_payee(), [{"role": "adviser", "minutes": 90}], kind="time", made_by=person, made_how="phone"
    )
    sent = expenses.make_claim(made_by=person, made_how="phone")
    soon, event = clock.today() + dt.timedelta(days=9), "A meeting."
    before = prior.ask(payee, "advance", "taxi", soon, pence=2000, event=event, words="No bus.")
    begun = prior.begin(payee, "prepaid")
    prior.change(begun, event=event, category="taxi", day=soon, words="No bus.")
    db.session.commit()
    values.by_name |= {"request_id": before.id, "kind": "costs"}
    for page in ("ask_page", "check_question", "drop_question"):
        values.at(f"claims.{page}", request_id=begun.id)
    for side, whole, hours, done in (
        ("claims.", draft, for_time, asked),
        ("expenses.enter_", entered, time_entered, sent),
    ):
        for page in ("what_for", "who", "new_line", "another", "check", "drop", "payment"):
            values.at(f"{side}{page}", reference=whole.reference)
        for page in ("kind", "when", "how_much", "receipt", "no_receipt", "note", "remove_line"):
            values.at(f"{side}{page}", reference=whole.reference, number=[1, 2])
        for page in ("new_time", "advice"):
            values.at(f"{side}{page}", reference=hours.reference)
        values.at(f"{side}time", reference=hours.reference, number=1)
        values.at(f"{side}sent", reference=done.reference)
    for page in ("answer", "take_back"):
        values.at(f"claims.{page}", reference=asked.reference)
    owing, failed = expenses.make_owing_advance(member), expenses.make_failed_voucher(payee)
    values.at("expenses.another_way", reference=failed.reference)
    expenses.make_claim(
        "submitted", payee=expenses.make_payee(make_member(route="phone", phone="0116 000 0012", email=None))
    )
    waiting = by_hand.list_waiting("payee", 0, 1)[0]
    for page in ("show_telling", "letter", "settle_telling"):
        values.at(f"expenses.{page}", message_id=waiting.id)
    values.at("claims.show", reference=[asked.reference, owing.reference, failed.reference])


def _authoring(values: Values) -> None:
    survey = make_survey(languages=("en", "cy", "ar"))
    version = publish(survey)
    values.by_name |= {"survey_id": survey.id, "version_id": version.id, "question_id": [q.id for q in QUESTIONS]}
    values.by_name |= {"section_id": "s-main", "key": sorted(types.TYPES)}
    values.at("author.preview_page", number=list(range(1, len(QUESTIONS) + 1)))
    values.at("author.fix", item="q-ease", part="text")


def _fieldwork(values: Values) -> None:
    """A draft, one that ten people of twelve have answered, and the same closed."""
    version = publish(make_survey(languages=("en", "cy", "ar")))
    draft = make_fieldwork(version, Kind.ANONYMOUS, state=FieldworkState.DRAFT)
    running = make_open_fieldwork(version)
    area = next(iter(make_areas().values()))
    people = [make_member(area=area, answers={"sex": {"value": "female"}}) for _ in range(12)]
    invite(running, people)
    closed = _answered(version, people[:10])
    values.by_name["fieldwork_id"] = [draft.id, running.id, closed.id]
    for endpoint in ("fieldwork.change",):
        values.at(endpoint, fieldwork_id=draft.id)
    for endpoint in ("fieldwork.close", "fieldwork.extend", "fieldwork.people"):
        values.at(endpoint, fieldwork_id=running.id)
    values.at("results.show", fieldwork_id=[running.id, closed.id])
    values.at("results.named", fieldwork_id=closed.id)
    values.at("results.texts", fieldwork_id=closed.id, question_id=["q-word", "q-more"])


def _answered(version: Any, people: list[Any]) -> Any:
    """Return closed confidential fieldwork with the answers of `people`, counted."""
    now = clock.now()
    times = {"opens_at": now - dt.timedelta(days=40), "closes_at": now - dt.timedelta(days=1)}
    fieldwork = make_open_fieldwork(version, Kind.CONFIDENTIAL, **times)
    take_part(fieldwork, people)
    for number, person in enumerate(people):
        answers = {
            "q-ease": 1 + number % 2,
            "q-how": "1",
            "q-why": ["1"],
            "q-times": 3,
            "q-word": "Slow",
            "q-more": "A week.",
        }
        bands = {"sex": "female", "age_band": "35-44"}
        pseudonym = links.with_key(b"0" * 32)(person.id).code
        db.session.add(
            Response(
                fieldwork_id=fieldwork.id, version_id=version.id, language="en", day=clock.today(),
                answers=answers, bands=bands, pseudonym=pseudonym,
            )
        )  # fmt: skip
    db.session.commit()
    fieldwork_services.close(fieldwork)
    db.session.commit()
    snapshots.make(fieldwork.id)
    db.session.commit()
    return fieldwork


def _deciding(values: Values) -> None:
    """Claims at every place of an approver's work, two of which look alike, and a budget."""
    engagement = make_engagement()
    payee = expenses.make_payee()
    taxi = {"category": "taxi", "spent_pence": 1800, "no_receipt": "It was lost.", "note": "By night."}
    car = {"category": "mileage_car", "quantity_hundredths": 2400, "journey": {"from": "Oadby", "to": "Leicester"}}
    lines = [{}, taxi, car]
    waiting = expenses.make_claim(payee=payee, lines=lines, engagement_id=engagement.id)
    expenses.make_claim("question", payee=payee, lines=[taxi], engagement_id=engagement.id)
    approved = expenses.make_claim("partly_approved", engagement_id=engagement.id)
    refused = expenses.make_claim("refused")
    budget = expenses.make_budget(engagement.id, staff.make_staff("budget_holder"))
    for endpoint in ("decide_claim", "ask_claimant", "refuse_claim"):
        values.at(f"expenses.{endpoint}", reference=waiting.reference)
    values.at("expenses.reopen_claim", reference=refused.reference)
    values.at("expenses.authorise_claim", reference=approved.reference)
    values.by_name |= {"budget_id": budget.id}
    values.at("expenses.figures", report=sorted(REPORTS))


def _targets(values: Values) -> None:
    """Figures that count, and a grouping of one's own."""
    values.by_name["set_id"] = db.session.scalars(sa.select(TargetSet.id)).first()
    values.at("panel.add_grouping", feature=sorted(OWN))
    parents = {key: "Under 25" if key in {"16-19", "20-24"} else "25 or over" for key in OWN["age_band"].categories}
    groupings.add("Two ages", "age_band", parents)
    question = attitudes.add("Do you trust the NHS?", ["Yes", "No"], at_joining=False)
    attitudes.move(question, AttitudeState.ASKED)
    values.at("panel.word_attitude", question_id=question.id, language_tag=["en", "ar"])
    for endpoint in ("panel.change_own", "panel.change_details"):
        values.at(endpoint, slug=[*sorted(steps.OWN_BY_SLUG), "view-do-you-trust-the-nhs"])
    db.session.commit()


def _mail(values: Values, member: Any) -> None:
    """One message whose fate nobody knows, in a campaign, and a link to take consent back."""
    ensure_campaign("survey:1", "Getting a GP appointment", "invitation")
    now = clock.now()
    row = OutboxMessage(
        campaign_key="survey:1", recipient=f"member:{member.id}", kind="invitation", language="en", created_at=now,
        not_before=now, state=MessageState.UNCERTAIN, message_id="<1@example.org>", sent_at=now,
    )  # fmt: skip
    db.session.add(row)
    unsubscribing.ensure_key()
    db.session.commit()
    values.by_name["message_id"] = row.id
    for endpoint in ("mail.show_campaign", "mail.settle_campaign"):
        values.at(endpoint, campaign_id=db.session.scalars(sa.select(Campaign.id)).first())
    values.at(
        "mail.ask_to_unsubscribe", token=unsubscribing.link(f"member:{member.id}", "newsletter").rpartition("/")[2]
    )
    values.skip("only where DEMO is set", "mail.demo_mailbox", "mail.demo_letter", "mail.demo_letter_html")
