"""Somebody who answers through the pages, as a browser would."""

from __future__ import annotations

from typing import Any

from tests.support.pages import PageClient

#: Answers to the questions of tests.factories.surveys.QUESTIONS, by page.
ANSWERS: tuple[dict[str, Any], ...] = (
    {"q-ease": "4"},
    {"q-how": "2"},
    {"q-why": ["1", "3"]},
    {"q-times": "12"},
    {"q-word": "Slow"},
    {"q-more": "It took a week."},
)


def begin(client: PageClient, token: str, **headers: str) -> Any:
    """Open the link, press Start and return the response of the first page."""
    page = client.get(f"/s/{token}", headers=headers).page
    return client.post(f"/s/{token}", data=page.form(f"/s/{token}"), follow_redirects=True)


def answer_pages(client: PageClient, slug: str, answers: tuple[dict[str, Any], ...] = ANSWERS) -> Any:
    """Fill in page after page and return the response of the check."""
    response = None
    for number, values in enumerate(answers, 1):
        response = client.get(f"/answer/{slug}/{number}")
        form = _only(response.page, None)
        response = client.post(f"/answer/{slug}/{number}", data=form | values, follow_redirects=True)
        assert response.status_code == 200, response.page.errors
    return response


def _only(page: Any, action: str | None) -> dict[str, Any]:
    """Return the values of the form that sends answers, not of the one that mails the code."""
    token = page.all("input", name="csrf_token")[0].get("value")
    return {"csrf_token": token}


def send(client: PageClient, slug: str) -> Any:
    """Press “Send my answers” and return what comes of it."""
    page = client.get(f"/answer/{slug}/check").page
    return client.post(f"/answer/{slug}/check", data=_only(page, None), follow_redirects=True)


def answer(client: PageClient, token: str, slug: str, answers: tuple[dict[str, Any], ...] = ANSWERS) -> Any:
    """Go the whole way and return the last page."""
    begin(client, token)
    answer_pages(client, slug, answers)
    return send(client, slug)
