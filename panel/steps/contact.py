"""Pages on who may join, how to reach a person, and what to call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import ValidationError

from core import config
from core.errors import N_
from core.forms import Answered, Form, strip
from panel.details import Details
from panel.errors import TooYoungError
from panel.forms.fields import Choose, is_email, is_phone, labelled
from panel.models import Route
from panel.steps.base import Row, Step

ROUTES: dict[str, str] = {
    Route.EMAIL: N_("E-mail"),
    Route.TEXT: N_("Text message"),
    Route.PHONE: N_("Phone call"),
    Route.POST: N_("Post"),
}
_ROUTE_NEEDS = {Route.EMAIL: "email", Route.TEXT: "phone", Route.PHONE: "phone", Route.POST: "address"}


class AgeStep(Step):
    slug, key = "age", "old_enough"

    def form(self, details: Mapping[str, Any]) -> Form:
        age = config.settings().minimum_age

        class AgeForm(Form):
            old_enough = Choose(
                _l("Are you %(age)s or over?", age=age),
                message=_l("Choose yes or no."),
                choices=labelled([("yes", N_("Yes")), ("no", N_("No"))]),
            )

        return AgeForm(data={"old_enough": "yes" if details.get("old_enough") else None})

    def save(self, form: Any, details: Details) -> None:
        if form.old_enough.data == "no":
            raise TooYoungError(age=config.settings().minimum_age)
        details["old_enough"] = True

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [Row(_("%(age)s or over", age=config.settings().minimum_age), _("Yes"))]


class RouteStep(Step):
    slug, key = "contact", "route"

    def form(self, details: Mapping[str, Any]) -> Form:
        class RouteForm(Form):
            route = Choose(
                _l("How should we keep in touch with you?"),
                description=_l("Choose one. You can change this later."),
                message=_l("Choose how we should keep in touch."),
                choices=labelled(ROUTES.items()),
            )

            def validate_route(self, field: Field) -> None:
                # On their own page a person chooses among the ways we know of them.
                if details.get("consents", {}).get("panel") is not None and "old_enough" not in details:
                    _refuse_unknown(field, details)

        return RouteForm(data={"route": details.get("route")})

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        words = ROUTES[details["route"]]
        return [Row(_("How we keep in touch"), _(words))]


def _refuse_unknown(field: Field, details: Mapping[str, Any]) -> None:
    needed = _ROUTE_NEEDS[field.data]
    if not details.get(needed):
        words = {
            "email": _l("Tell us your e-mail address first. Then choose this."),
            "phone": _l("Tell us your phone number first. Then choose this."),
            "address": _l("Tell us your address first. Then choose this."),
        }
        raise ValidationError(words[needed])


class ReachStep(Step):
    """A page on one way to reach a person, asked while joining when it is the way they chose."""

    def needed(self, details: Mapping[str, Any]) -> bool:
        """Return whether the way chosen needs this."""
        return _ROUTE_NEEDS.get(details.get("route", "")) == self.key

    def applies(self, details: Mapping[str, Any]) -> bool:
        return self.needed(details)

    def answered(self, details: Mapping[str, Any]) -> bool:
        return bool(details.get(self.key))


class EmailStep(ReachStep):
    slug, key, template = "email", "email", "panel/steps/email.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class EmailForm(Form):
            email = StringField(
                _l("What is your e-mail address?"),
                filters=[strip],
                validators=[Answered(_l("Enter your e-mail address."))],
                description=_l("We will send you a link to check that the address is right."),
            )

            def validate_email(self, field: Field) -> None:
                if not is_email(field.data):
                    raise ValidationError(_l("Enter an e-mail address in the right form, such as name@example.com."))

        return EmailForm(data={"email": details.get("email")})

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [Row(_("E-mail address"), details.get("email") or "", left_to_right=True)]


class PhoneStep(ReachStep):
    slug, key, template = "phone", "phone", "panel/steps/phone.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        needed = [Answered(_l("Enter your phone number."))] if self.needed(details) else []

        class PhoneForm(Form):
            phone = StringField(_l("What is your phone number?"), filters=[strip], validators=needed)

            def validate_phone(self, field: Field) -> None:
                if field.data and not is_phone(field.data):
                    raise ValidationError(_l("Enter a phone number, such as 0116 496 0000 or 07700 900123."))

        return PhoneForm(data={"phone": details.get("phone")})

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [Row(_("Phone number"), details.get("phone") or "", left_to_right=True)]


class AddressStep(ReachStep):
    slug, key, template = "address", "address", "panel/steps/address.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        needed = [Answered(_l("Enter your address."))] if self.needed(details) else []

        class AddressForm(Form):
            address = TextAreaField(
                _l("What is your address?"),
                filters=[strip],
                validators=needed,
                description=_l("Write it as on a letter, with your postcode."),
            )

            def validate_address(self, field: Field) -> None:
                if field.data and not 10 <= len(field.data) <= 500:
                    raise ValidationError(_l("Enter your whole address, in at most 500 characters."))

        return AddressForm(data={"address": details.get("address")})

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [Row(_("Address"), details.get("address") or "")]


class NameStep(Step):
    slug, key, template = "name", "name", "panel/steps/name.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class NameForm(Form):
            name = StringField(_l("Name (optional)"), filters=[strip])
            pronouns = StringField(
                _l("Pronouns (optional)"),
                filters=[strip],
                description=_l("For example she, he or they."),
            )

            def validate_name(self, field: Field) -> None:
                _at_most(field, 120)

            def validate_pronouns(self, field: Field) -> None:
                _at_most(field, 60)

        return NameForm(data={"name": details.get("name"), "pronouns": details.get("pronouns")})

    def save(self, form: Any, details: Details) -> None:
        details["name"] = form.name.data or ""
        details["pronouns"] = form.pronouns.data or ""

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [Row(_("Name"), details.get("name") or ""), Row(_("Pronouns"), details.get("pronouns") or "")]


def _at_most(field: Field, limit: int) -> None:
    if field.data and len(field.data) > limit:
        raise ValidationError(_l("Use at most %(limit)s characters.", limit=limit))


AGE = AgeStep()
ROUTE = RouteStep()
EMAIL = EmailStep()
PHONE = PhoneStep()
ADDRESS = AddressStep()
NAME = NameStep()
