"""A test client that reads every page it gets and fails on what must hold of any page."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.database import db

_CONTROLS = {"input", "select", "textarea"}
_NEEDS_NO_LABEL = {"hidden", "submit", "button", "image"}


class Page:
    """A parsed HTML page with the few look-ups tests need."""

    def __init__(self, response: TestResponse) -> None:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.html = response.get_data(as_text=True)
        self.root: Element = parser.parse(self.html)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return every `tag` whose attributes are those given (`class_` for one class among many)."""
        wanted_class = attributes.pop("class_", None)
        return [
            e
            for e in self.root.iter(tag)
            if all(e.get(k.replace("_", "-")) == v for k, v in attributes.items())
            and (wanted_class is None or wanted_class in (e.get("class") or "").split())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag} {attributes}> on the page"
        return found[0]

    @property
    def h1(self) -> str:
        return text_of(self.one("h1"))

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def text(self) -> str:
        """All the words of the main part."""
        return text_of(self.one("main"))

    @property
    def errors(self) -> list[str]:
        """What the error summary says, line by line."""
        summaries = self.all("div", class_="nhsuk-error-summary")
        return [text_of(a) for a in summaries[0].iter("a")] if summaries else []

    def link(self, words: str) -> str:
        """Return the address of the one link in the main part whose words contain `words`."""
        found = {a.get("href", "") for a in self.one("main").iter("a") if words in text_of(a)}
        assert len(found) == 1, f"{len(found)} links say {words!r}"
        return found.pop()

    def form(self, action: str | None = None) -> dict[str, Any]:
        """Return what a browser would send of the page's (one) form in main: name -> value, or list of values."""
        forms = [f for f in self.one("main").iter("form") if action is None or action in (f.get("action") or "")]
        assert len(forms) == 1, f"{len(forms)} forms on the page"
        return _values(forms[0])


def text_of(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def _values(form: Element) -> dict[str, Any]:
    values: dict[str, Any] = {}

    def add(name: str | None, value: str) -> None:
        if name in values:
            values[name] = [*(values[name] if isinstance(values[name], list) else [values[name]]), value]
        elif name:
            values[name] = value

    for control in form.iter():
        for value in _sent(control):
            add(control.get("name"), value)
    return values


def _sent(control: Element) -> list[str]:
    """Return what one control adds to a form that is sent."""
    if control.tag == "textarea":
        return ["".join(control.itertext())]
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        return [o.get("value", "") for o in chosen]
    if control.tag != "input" or control.get("type") in {"submit", "button", "file"}:
        return []
    if control.get("type") in {"radio", "checkbox"}:
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]


def check(page: Page, url: str) -> None:
    """Assert what must hold of every page a person gets."""
    root = page.root
    assert root.get("lang"), f"{url}: no lang"
    assert root.get("dir") in {"ltr", "rtl"}, f"{url}: no dir"
    assert page.title.strip(" –"), f"{url}: no title"
    assert len(page.all("h1")) == 1, f"{url}: {len(page.all('h1'))} h1"
    ids = [e.get("id") for e in root.iter() if e.get("id") is not None]
    assert len(ids) == len(set(ids)), f"{url}: ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    _check_controls(page, url, set(ids))
    for form in page.all("form"):
        if form.get("method", "get").lower() == "post":
            assert any(i.get("name") == "csrf_token" for i in form.iter("input")), f"{url}: a form without CSRF field"
    for summary in page.all("div", class_="nhsuk-error-summary"):
        for link in summary.iter("a"):
            assert (link.get("href") or "")[1:] in ids, f"{url}: error link {link.get('href')} leads nowhere"
        assert ":" in page.title.split(" ")[0], f"{url}: no “Error:” in the title"
    _check_numbers(page, url)
    for element in root.iter():
        assert element.get("style") is None, f"{url}: inline style on <{element.tag}>"
        assert not any(k.startswith("on") for k in element.attrib), f"{url}: inline script on <{element.tag}>"


#: A phone number as people write it: its parts change places on a page read from right to left.
_PHONE = re.compile(r"(?<!\d)0\d{2,4} \d{3} ?\d{3,4}")


def numbers_that_turn(text: str) -> list[str]:
    """Return the phone numbers in `text` that right-to-left words around them would turn round."""
    return [found[0] for found in _PHONE.finditer(text) if text[max(found.start() - 1, 0)] not in "\u2066\u2068"]


def _check_numbers(page: Page, url: str, element: Any = None) -> None:
    element = page.root if element is None else element
    if element.get("dir", "rtl") != "rtl" or element.tag in {"bdi", "script", "style"}:
        return
    for text in (element.text, *(child.tail for child in element)):
        assert not numbers_that_turn(text or ""), f"{url}: {text} is read from right to left"
    for child in element:
        _check_numbers(page, url, child)


def _check_controls(page: Page, url: str, ids: set[str]) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for control in page.root.iter():
        if control.tag in _CONTROLS and control.get("type") not in _NEEDS_NO_LABEL:
            assert control.get("id") in labelled or control.get("aria-label"), (
                f"{url}: {control.get('name')} unlabelled"
            )
        for reference in (control.get("aria-describedby") or "").split():
            assert reference in ids, f"{url}: aria-describedby {reference} leads nowhere"


class PageClient(FlaskClient):
    """The client all tests use. `get`, `post` return responses with `.page` when they are HTML."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.status_code not in {301, 302, 303, 307, 308}:
            response.page = Page(response)  # type: ignore[attr-defined]  # set on HTML answers
            check(response.page, response.request.path)  # type: ignore[attr-defined]  # set on HTML answers
        return response

    def submit(self, url: str, form: str | None = None, /, **changes: Any) -> TestResponse:
        """GET `url`, fill in its form as a browser would, change the named fields, POST it and follow one redirect.

        A field given as None is left out. `form` picks one of several forms by a part of its action.
        """
        page = self.get(url).page  # type: ignore[attr-defined]  # set on HTML answers
        values = page.form(form) | changes
        forms = [f for f in page.one("main").iter("form") if form is None or form in (f.get("action") or "")]
        target = forms[0].get("action") or url
        return self.post(target, data={k: v for k, v in values.items() if v is not None}, follow_redirects=True)

    def send(self, url: str, page: str = "", /, **values: Any) -> TestResponse:
        """POST `values` to `url` as they are, with the CSRF field of `page` (the same address unless told)."""
        # For mypy: set on HTML answers.
        found = self.get(page or url).page.all("input", name="csrf_token")  # type: ignore[attr-defined]
        return self.post(url, data=values | {"csrf_token": found[0].get("value")})


def rollback_leftovers() -> None:
    """Leave no transaction open between tests."""
    db.session.remove()
