"""A real Chromium, and what is asked of every page in it: no axe violation, nothing beyond a narrow screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.site import Site

_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}


def executable() -> str:
    """Return the path of the browser."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("There is no Chromium: ./test finds or installs one.")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser for the body."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(context: BrowserContext, site: Site, *roles: str) -> int:
    """Sign a new member of staff with `roles` in and return their id; the form for it has a journey of its own."""
    from tests.factories import staff

    with site.context():
        client = site.app.test_client()
        person = staff.sign_in(client, *roles)
        add_cookies(context, site, client)
        return person.id


def add_cookies(context: BrowserContext, site: Site, client: Any) -> None:
    """Give the browser the cookies of a test client."""
    cookies = [
        {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": cookie.path}
        for cookie in client._cookies.values()
    ]
    context.add_cookies(cookies)


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page, one line a violation with the elements it is about."""
    if not page.evaluate("typeof window.axe !== 'undefined'"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", _TAGS
    )
    return [
        f"{page.url}: {v['id']} ({v['help']}): " + "; ".join(node["html"][:160] for node in v["nodes"][:5])
        for v in result["violations"]
    ]


def overflow(page: Page) -> list[str]:
    """Return what sticks out of the page sideways, so that a person would have to scroll in two directions."""
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    if wide <= 0:
        return []
    guilty = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => {
            const r = e.getBoundingClientRect(), w = document.documentElement.clientWidth;
            return r.width && (r.right > w + 1 || r.left < -1) && !e.closest('.app-table-scroll > *');
        }).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
    )
    return [f"{page.url}: {wide} px too wide: {guilty}"]


def small_targets(page: Page) -> list[str]:
    """Return what is harder to hit than 24 by 24 CSS pixels: controls, and links that stand outside running text."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
            .filter(e => {
                if (e.closest('p, dd, .nhsuk-hint, .nhsuk-error-summary, .nhsuk-skip-link')
                    || e.matches('.nhsuk-u-visually-hidden')) return false;
                const r = e.getBoundingClientRect();
                return r.width && r.height && (r.width < 24 || r.height < 24) && !e.closest('.app-trap');
            }).map(e => e.outerHTML.slice(0, 120))"""
    )
    return [f"{page.url}: smaller than 24 px: {html}" for html in found]


@contextmanager
def with_script(page: Page) -> Iterator[Page]:
    """Show the same HTML in a window that runs scripts: axe waits for ever where a page has them turned off."""
    html, viewport = page.content(), page.viewport_size
    # For mypy: it has a browser.
    context = page.context.browser.new_context(viewport=viewport, java_script_enabled=True)  # type: ignore[union-attr]
    twin = context.new_page()
    twin.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    twin.goto(page.url)
    try:
        yield twin
    finally:
        context.close()


def check(page: Page) -> None:
    """Fail on what must not be on any page: a violation, or something beyond the edge of the screen."""
    found = violations(page) + overflow(page)
    assert not found, "\n".join(found)


def look(page: Page, name: str, script: bool = True) -> None:
    """Check the page as it stands and what fingers hit on it; keep a picture of it where PICTURES names a folder.

    `script=False` where the page's own window runs none: it is then looked at in another.
    """
    if folder := os.environ.get("PICTURES", ""):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    shown = page if script else _twin(page)
    check(shown)
    assert small_targets(shown) == []


_twins: dict[BrowserContext, Page] = {}


def _twin(page: Page) -> Page:
    """Show the same HTML in a window that runs scripts, one for all pages of a context."""
    twin = _twins.get(page.context)
    if twin is None:
        # For mypy: it has a browser.
        context = page.context.browser.new_context(viewport=page.viewport_size)  # type: ignore[union-attr]
        twin = _twins[page.context] = context.new_page()
    html = page.content()
    twin.unroute_all()
    twin.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    twin.goto(page.url)
    return twin


def close(context: BrowserContext) -> None:
    """Close a person's browser and what it was looked at with."""
    if twin := _twins.pop(context, None):
        twin.context.close()
    context.close()
