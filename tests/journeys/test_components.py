import pytest

from tests.support import browser as browsers

pytestmark = pytest.mark.browser

LANGUAGE = pytest.mark.parametrize("language", ["en", "ar"])
WIDTH = pytest.mark.parametrize("viewport", [browsers.NARROW, browsers.WIDE], ids=["320", "1280"])


@LANGUAGE
@WIDTH
class TestComponents:
    @pytest.mark.parametrize("state", ["", "refused"])
    def test_every_component_is_sound(self, visit, site, viewport, language, state):
        context = visit(viewport=viewport)
        browsers.sign_in(context, site, "administrator")
        page = context.new_page()
        page.goto(f"/staff/components?lang={language}&state={state}")
        browsers.check(page)
        assert browsers.small_targets(page) == []


class TestErrorSummary:
    def test_takes_the_focus_and_leads_to_the_field(self, visit, site):
        context = visit()
        browsers.sign_in(context, site, "administrator")
        page = context.new_page()
        page.goto("/staff/components?state=refused")
        assert page.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
        page.get_by_role("alert").get_by_role("link", name="Choose yes or no.").click()
        assert page.evaluate("document.activeElement.name") == "inline"
