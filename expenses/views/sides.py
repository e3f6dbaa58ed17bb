"""The two sides from which a claim is made, by the person themselves or by staff for them, with the same pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.current import signed_in
from accounts.models import Staff
from core import access
from core.database import db
from core.errors import DomainError, NotFoundError
from core.forms import Form
from core.limits import limiter
from expenses.forms import they
from expenses.models import Claim, ClaimLine, ClaimState
from expenses.queries import claims as queries
from expenses.views import own, staff
from i18n.web import words
from panel import current
from panel.models import Member


def me() -> Member:
    """Return the member who is signed in."""
    member = current.member()
    if member is None:  # the guard lets nobody else in
        abort(403)
    return member


@dataclass(frozen=True)
class Side:
    """Where the pages of a claim hang, how they look, and whose claims can be opened there."""

    blueprint: Blueprint
    path: str
    prefix: str
    layout: str

    @property
    def is_staff(self) -> bool:
        return self.blueprint is staff

    def url(self, endpoint: str, **values: Any) -> str:
        """Return the address of a page of this side."""
        return url_for(f"{self.blueprint.name}.{self.prefix}{endpoint}", **values)

    def claim(self, reference: str) -> Claim:
        """Return a claim that this person may work on here. Raises NotFoundError."""
        if not self.is_staff:
            return queries.get_own(reference, me().id)
        claim = queries.get_by_reference(reference)
        if claim.made_by != signed_in().id:
            raise NotFoundError
        return claim

    def draft(self, reference: str) -> Claim:
        """Return one that is not sent yet; any other is not found. Raises NotFoundError."""
        claim = self.claim(reference)
        if claim.state != ClaimState.DRAFT:
            raise NotFoundError
        return claim

    def by(self) -> Staff | None:
        return signed_in() if self.is_staff else None

    def actor(self) -> str:
        return f"staff:{signed_in().id}" if self.is_staff else f"member:{me().id}"


OWN = Side(own, "", "", "layouts/public.html")
STAFF = Side(staff, "/enter", "enter_", "layouts/staff.html")

View = Callable[..., ResponseReturnValue]


def both(path: str, endpoint: str, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Hang a page on both sides; the view is given the side it is on."""

    def decorate(view: View) -> View:
        for side in (OWN, STAFF):
            _hang(side, path, endpoint, methods, view)
        return view

    return decorate


def _hang(side: Side, path: str, endpoint: str, methods: tuple[str, ...], view: View) -> None:
    @wraps(view)
    def shown(**arguments: Any) -> ResponseReturnValue:
        return view(side, **arguments)

    limited = limiter.limit("300 per hour", methods=["POST"])(shown)
    guarded = access.requires("claims.enter")(limited) if side.is_staff else access.member_only(limited)
    side.blueprint.add_url_rule(side.path + path, side.prefix + endpoint, guarded, methods=list(methods))


def find_line(claim: Claim, number: int) -> ClaimLine:
    """Return a line of a claim by its number. Raises NotFoundError."""
    for line in claim.lines:
        if line.number == number:
            return line
    raise NotFoundError


def show(side: Side, template: str, form: Form, **values: Any) -> ResponseReturnValue:
    """Return a page; 422 when its form was refused. To staff it speaks of the person whose claim it is."""
    if side.is_staff:
        they.speak_of_them(form)
    page = render_template(f"expenses/claiming/{template}.html", layout=side.layout, side=side, form=form, **values)
    return page, 422 if form.errors else 200


def saved(form: Form, save: Callable[[], object]) -> bool:
    """Do what a form asks for; what cannot be done is said in the form, and nothing of it is kept."""
    try:
        save()
    except DomainError as error:
        db.session.rollback()
        form.refuse(error, words(error))
        return False
    return True


def account_page(side: Side, claim: Claim) -> str:
    """Return where bank details are given; from there the way leads back to the claim."""
    if side.is_staff:
        return url_for("expenses.enter_bank_details", payee_id=claim.payee_id, claim=claim.reference)
    return url_for("claims.change_bank_details", claim=claim.reference)


def changing() -> bool:
    """Return whether somebody came from the last page to change one thing."""
    return "change" in request.args
