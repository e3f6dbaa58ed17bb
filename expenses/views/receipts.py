"""Receipts of a claim: added, shown to who may see them and to nobody else, taken off; or why there is none."""

from __future__ import annotations

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.current import signed_in
from core import access
from core.database import commit
from core.errors import NotFoundError
from expenses import receipts, sealed
from expenses.forms import claiming as forms
from expenses.models import Claim, ClaimState, Receipt
from expenses.queries import claims as queries
from expenses.services import claims
from expenses.services import receipts as services
from expenses.views import own, staff
from expenses.views.claiming import after
from expenses.views.sides import Side, both, changing, find_line, me, saved, show


@both("/<reference>/<int:number>/receipt", "receipt")
def receipt(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """Add photos or PDFs, one at a time; what is added stays, whatever becomes of the next one."""
    claim = side.claim(reference)
    line = find_line(claim, number)
    form = forms.ReceiptForm()
    if form.validate_on_submit():
        file = form.photo.data or form.file.data
        if file is None:
            form.file.errors = [_("Choose a photo or a PDF.")]
        elif saved(form, lambda: services.add(claim, line, file.read(), actor=side.actor())):
            commit()
            flash(_("The receipt is added.") if side.is_staff else _("We have added your receipt."), "success")
            return redirect(request.full_path.rstrip("?"), 303)
        claim = side.claim(reference)
        line = find_line(claim, number)
    is_draft = claim.state == ClaimState.DRAFT
    home = "sent" if side.is_staff else "show"
    step = "how_much" if is_draft else home
    back = side.url(step, reference=reference, **({"number": number} if is_draft else {}))
    onward = side.url(
        "check" if changing() else "note", reference=reference, **({} if changing() else {"number": number})
    )
    return show(
        side,
        "receipt",
        form,
        claim=claim,
        line=line,
        added=queries.receipts_of([line.id]).get(line.id, []),
        accept=receipts.ACCEPT,
        is_draft=is_draft,
        back=back,
        onward=onward if is_draft else side.url(home, reference=reference),
    )


@both("/<reference>/<int:number>/no-receipt", "no_receipt")
def no_receipt(side: Side, reference: str, number: int) -> ResponseReturnValue:
    """Why there is none."""
    claim = side.draft(reference)
    line = find_line(claim, number)
    form = forms.NoReceiptForm(data={"no_receipt": sealed.read(line, "no_receipt")})
    if form.validate_on_submit() and saved(
        form, lambda: claims.change_line(claim, line, no_receipt=form.no_receipt.data)
    ):
        commit()
        return after(side, "note", claim, number=number)
    return show(side, "step", form, claim=claim, back=side.url("receipt", reference=reference, number=number))


@both("/<reference>/<int:number>/receipt/<int:receipt_id>/remove", "remove_receipt", ("POST",))
def remove_receipt(side: Side, reference: str, number: int, receipt_id: int) -> ResponseReturnValue:
    """Take a receipt off again."""
    claim = side.claim(reference)
    line = find_line(claim, number)
    found = _find(claim, receipt_id)
    form = forms.EmptyForm()
    if form.validate_on_submit() and saved(form, lambda: services.take_off(claim, line, found)):
        commit()
        flash(_("We have taken the receipt off."), "success")
    return redirect(side.url("receipt", reference=reference, number=number), 303)


@own.get("/<reference>/receipts/<int:receipt_id>", endpoint="receipt_file")
@access.member_only
def own_file(reference: str, receipt_id: int) -> Response:
    """A receipt, to the person whose claim it is part of."""
    return _served(_find(queries.get_own(reference, me().id), receipt_id))


@staff.get("/receipts/<int:receipt_id>", endpoint="receipt")
@access.signed_in_staff
def staff_file(receipt_id: int) -> Response:
    """A receipt, to those who decide about the claim, and to who entered it."""
    row, claim = queries.get_receipt(receipt_id)
    person = signed_in()
    decides = claim.state != ClaimState.DRAFT and (person.may("claims.approve") or person.may("claims.authorise"))
    if not decides and claim.made_by != person.id:
        raise NotFoundError
    return _served(row)


def _find(claim: Claim, receipt_id: int) -> Receipt:
    for found in queries.receipts_of([line.id for line in claim.lines]).values():
        for row in found:
            if row.id == receipt_id:
                return row
    raise NotFoundError


_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


def _served(row: Receipt) -> Response:
    """Return the file so that nothing in it can act: no script, no frame, no guessing what it is, nothing kept."""
    response = Response(services.content(row), mimetype=row.media_type)
    how = "attachment" if row.media_type == "application/pdf" else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="receipt-{row.id}.{_ENDINGS[row.media_type]}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
