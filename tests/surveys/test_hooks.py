"""What surveys say when an engagement is to be closed."""

from __future__ import annotations

import pytest

from core.database import db
from engagements import services
from surveys.hooks import FieldworkOpenError
from tests.factories.engagements import make_engagement
from tests.factories.surveys import make_fieldwork, make_survey, publish

pytestmark = pytest.mark.usefixtures("app")


class TestCloseEngagement:
    @pytest.mark.parametrize("state", ["open", "scheduled"])
    def test_is_refused_while_fieldwork_is_or_will_be_open(self, state: str) -> None:
        engagement = make_engagement()
        make_fieldwork(publish(make_survey(engagement)), state=state)
        with pytest.raises(FieldworkOpenError):
            services.close_engagement(engagement)
        assert engagement.state == "open"

    @pytest.mark.parametrize("state", ["draft", "closed"])
    def test_is_done_when_none_is(self, state: str) -> None:
        engagement = make_engagement()
        make_fieldwork(publish(make_survey(engagement)), state=state)
        make_fieldwork(publish(make_survey()), state="open")  # of another engagement
        services.close_engagement(engagement)
        db.session.commit()
        assert engagement.state == "closed"
