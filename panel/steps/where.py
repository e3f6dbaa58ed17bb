"""Pages on where a person lives: a postcode, else a choice from a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import ValidationError

from core.forms import Form, strip
from panel import queries
from panel.details import Details
from panel.forms.fields import Choose, is_postcode, named
from panel.models import Area
from panel.steps.base import Row, Step


class PostcodeStep(Step):
    slug, key, template = "postcode", "postcode", "panel/steps/postcode.html"

    def form(self, details: Mapping[str, Any]) -> Form:
        class PostcodeForm(Form):
            postcode = StringField(
                _l("What is your postcode? (optional)"),
                filters=[strip],
                description=_l("It tells us which area you live in. Leave it blank to choose your area from a list."),
            )

            def validate_postcode(self, field: Field) -> None:
                if field.data and not is_postcode(field.data):
                    raise ValidationError(_l("Enter a full UK postcode, such as LE1 1AA, or leave the box blank."))

        return PostcodeForm(data={"postcode": details.get("postcode")})

    def save(self, form: Any, details: Details) -> None:
        code = "".join((form.postcode.data or "").split()).upper()
        details["postcode"] = f"{code[:-3]} {code[-3:]}" if code else ""
        area = queries.find_postcode_area(code) if code else None
        if area is not None:
            details.update(area=area.id, area_from="postcode")
        elif details.pop("area_from", "") == "postcode":
            details.pop("area", None)

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        rows = [Row(_("Postcode"), details.get("postcode") or "", left_to_right=True)]
        return [*rows, _area_row(details)] if details.get("area_from") == "postcode" else rows


class AreaStep(Step):
    slug, key, template = "area", "area", "panel/steps/area.html"

    def applies(self, details: Mapping[str, Any]) -> bool:
        return details.get("area_from") != "postcode"

    def form(self, details: Mapping[str, Any]) -> Form:
        areas = queries.list_areas()
        choices: list[tuple[str, Any]] = [(str(a.id), a.name) for a in neighbourhoods(areas)]
        systems = [area for area in areas if area.level == 1]
        choices += [(str(a.id), _l("Somewhere else, or I prefer not to say")) for a in systems]

        class AreaForm(Form):
            area = Choose(
                _l("Which area do you live in?"),
                choices=named(choices),
                message=_l("Choose where you live from the list."),
            )

        chosen = details.get("area")
        return AreaForm(data={"area": str(chosen) if chosen else None})

    def save(self, form: Any, details: Details) -> None:
        details.update(area=int(form.area.data), area_from="list")

    def context(self, details: Mapping[str, Any]) -> dict[str, Any]:
        return {"unknown_postcode": details.get("postcode") and details.get("area_from") is None}

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        return [_area_row(details)]


def _area_row(details: Mapping[str, Any]) -> Row:
    area = queries.find_area(details["area"]) if details.get("area") else None
    if area is None:
        return Row(_("Area"), "")
    return Row(_("Area"), area.name if area.level > 1 else _("Somewhere else, or I prefer not to say"))


def neighbourhoods(areas: list[Area]) -> list[Area]:
    """Return the neighbourhoods, those of one place together."""
    places = {area.id: area.name for area in areas if area.level == 2}
    smallest = [area for area in areas if area.level == 3]
    return sorted(smallest, key=lambda area: (places.get(area.parent_id or 0, ""), area.name))


POSTCODE = PostcodeStep()
AREA = AreaStep()
