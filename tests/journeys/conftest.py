"""One installation and one browser for all journeys of a test process; each journey brings its own people."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support import browser as browsers
from tests.support.site import Site, serving


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsers.chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that gives a person's own browser; it takes the options of Playwright's new_context."""
    opened: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        options = {"viewport": browsers.WIDE, "base_url": site.url, "locale": "en-GB", **options}
        context = browser.new_context(**options)  # type: ignore[arg-type]  # options as they come
        context.set_default_timeout(15000)
        opened.append(context)
        return context

    yield new
    for context in opened:
        browsers.close(context)
