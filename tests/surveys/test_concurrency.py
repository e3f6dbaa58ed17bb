"""Fifty browsers send the same answers at the same moment: one response is stored."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.database import db
from surveys.models import AnswerSession, Kind, Participation, Response, ResponseIntake
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.surveys import respondents

TIMES = 50


def _at_once(app: Flask, cookie: str, address: str, form: dict[str, str]) -> list[int]:
    """Send one form from many threads together, and return the statuses."""
    barrier, statuses = threading.Barrier(TIMES), []

    def send() -> None:
        browser = FlaskClient(app, use_cookies=False)
        barrier.wait()
        response = browser.post(address, data=form, headers={"Cookie": cookie})
        statuses.append(response.status_code)

    threads = [threading.Thread(target=send) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@pytest.mark.parametrize("kind", list(Kind))
def test_fifty_submits_of_one_link_store_one_response(app, client, kind):
    fieldwork = make_open_fieldwork(kind=kind)
    slug = fieldwork.slug
    if kind == Kind.OPEN:
        page = client.get(f"/o/{slug}").page
        client.post(f"/o/{slug}", data=page.form(), follow_redirects=True)
    else:
        way = invite(fieldwork, [make_member()])[0]
        respondents.begin(client, way.token)
    respondents.answer_pages(client, slug)
    page = client.get(f"/answer/{slug}/check").page
    form = {"csrf_token": page.all("input", name="csrf_token")[0].get("value")}
    cookie = f"panel={client.get_cookie('panel').value}"
    db.session.rollback()
    statuses = _at_once(app, cookie, f"/answer/{slug}/check", form)
    assert statuses == [303] * TIMES
    stored = sum(db.session.scalar(sa.select(sa.func.count()).select_from(m)) for m in (Response, ResponseIntake))
    assert stored == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerSession)) == 0
    assert db.session.scalars(sa.select(Participation.state)).all() == ([] if kind == Kind.OPEN else ["done"])
