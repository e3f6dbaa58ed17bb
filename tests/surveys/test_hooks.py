"""What surveys say when an engagement is to be closed, or when somebody is about to leave."""

from __future__ import annotations

import pytest

from core.database import db
from engagements import services
from surveys.hooks import FieldworkOpenError
from surveys.models import Kind
from tests.factories.engagements import make_engagement
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member, sign_in_member
from tests.factories.surveys import make_fieldwork, make_survey, publish
from tests.surveys import respondents

pytestmark = pytest.mark.usefixtures("app")


class TestLeaving:
    @pytest.mark.parametrize(("kind", "told"), [(Kind.CONFIDENTIAL, True), (Kind.ANONYMOUS, False)])
    def test_who_answered_confidentially_is_told_how_to_take_it_back(self, client, kind: str, told: bool) -> None:
        fieldwork = make_open_fieldwork(kind=kind)
        member = make_member()
        way = invite(fieldwork, [member])[0]
        sign_in_member(client, member)
        assert "confidential surveys" not in client.get("/me/leave").page.text
        respondents.answer(client, way.token, fieldwork.slug)
        assert ("confidential surveys" in client.get("/me/leave").page.text) is told


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
