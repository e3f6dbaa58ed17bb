"""Letters for those who are told by post."""

from __future__ import annotations

import io
import zipfile

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

import engagements.queries
from core import access
from core.database import commit
from core.errors import DomainError
from engagements.wording import title_of
from feedback.queries import tellings
from feedback.services import letters as services
from feedback.views import staff
from feedback.views.publishing import by
from i18n.web import words
from panel import reach


@staff.get("/tellings/<int:telling_id>/letters")
@access.requires("telling.manage")
def letters(telling_id: int) -> str:
    telling = tellings.get_telling(telling_id)
    return render_template(
        "feedback/letters.html",
        telling=telling,
        title=title_of(engagements.queries.get_engagement(telling.engagement_id)),
        waiting=tellings.waiting_for_letter(telling_id),
        batches=tellings.list_batches(telling_id),
    )


@staff.post("/tellings/<int:telling_id>/letters")
@access.requires("telling.manage")
def make_letters(telling_id: int) -> ResponseReturnValue:
    try:
        services.make_letters(tellings.get_telling(telling_id), by())
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
    return redirect(url_for("feedback.letters", telling_id=telling_id), 303)


# A POST, although it only reads the letters: who took them out is recorded, and no crawler or prefetch takes them.
@staff.post("/letters/<int:batch_id>/download")
@access.requires("telling.manage")
def download_letters(batch_id: int) -> ResponseReturnValue:
    batch = tellings.get_batch(batch_id)
    try:
        services.note_download(batch)
    except DomainError as error:
        flash(words(error), "error")
        return redirect(url_for("feedback.letters", telling_id=batch.telling_id), 303)
    commit()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        letters = tellings.list_letters(batch_id)
        readers = reach.members_by_id([letter.member_id for letter in letters])
        for place, letter in enumerate(letters, start=1):
            # What a printed letter is not to its reader stands in its name: whoever fills envelopes sees it.
            marks = "".join(f"-{key}" for key in reach.unprinted_formats(readers[letter.member_id]))
            archive.writestr(f"letter-{batch.number}-{place:03}{marks}.pdf", services.open_letter(letter))
    file.seek(0)
    name = f"letters-{batch.telling_id}-{batch.number}.zip"
    response = send_file(file, "application/zip", as_attachment=True, download_name=name, max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response


@staff.post("/letters/<int:batch_id>/posted")
@access.requires("telling.manage")
def mark_posted(batch_id: int) -> ResponseReturnValue:
    batch = tellings.get_batch(batch_id)
    try:
        told = services.mark_posted(batch, by())
    except DomainError as error:
        flash(words(error), "error")
    else:
        commit()
        flash(ngettext("%(num)s person is marked as told.", "%(num)s people are marked as told.", told))
    return redirect(url_for("feedback.letters", telling_id=batch.telling_id), 303)
