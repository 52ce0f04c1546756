"""The import of many students: the files, the rows as they are done, and the report."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.errors import InvalidInput, NotFound
from attendance.model import Page, Role
from attendance.picture_turns import one_picture_at_a_time
from attendance.use_cases.imports.lists import MOST_BYTES
from attendance.use_cases.imports.stored import (
    StoredImport,
    continue_import,
    remove_import,
    stored_import,
    unfinished_imports,
)
from attendance.use_cases.imports.stored import (
    begin_import as begin,
)
from attendance.use_cases.imports.students import ImportRow, Outcome, report_as_csv
from attendance.use_cases.students.photo_sources import MOST_TOTAL_BYTES
from website.access import roles_required, visible_courses
from website.config import MOST_BYTES_OF_FIELDS
from website.current import current_services, signed_in_user
from website.errors import wants_json
from website.language import page_language
from website.request_args import page_number
from website.security import takes_up_to
from website.students.answers import done, not_done, one_with_photos_at_a_time
from website.students.forms import ImportForm
from website.students.views import blueprint

OUTCOME_WORDS = {
    Outcome.ADDED: _l("Added"),
    Outcome.UPDATED: _l("Updated"),
    Outcome.UNCHANGED: _l("Unchanged"),
    Outcome.REFUSED: _l("Refused"),
}
_PAGE_SIZE = 100


@blueprint.route("/import", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
@takes_up_to(lambda _settings: MOST_TOTAL_BYTES + MOST_BYTES + MOST_BYTES_OF_FIELDS)
@one_with_photos_at_a_time
def begin_import() -> ResponseReturnValue:
    """Take the files; the next page imports them."""
    form = ImportForm(data={"courses": [request.args.get("course")]})
    form.offer(visible_courses())
    if form.validate_on_submit():
        try:
            return done(url_for("students.show_import", import_id=_begin(form).id))
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
    return not_done(form, lambda: _page(form)) if form.is_submitted() else _page(form)


@blueprint.get("/import/<import_id>")
@roles_required(Role.ADMIN)
def show_import(import_id: str) -> ResponseReturnValue:
    """How far an import is, and its report."""
    stored = _stored(import_id)
    wanted = request.args.get("outcome", "")
    rows = [row for row in stored.report if wanted not in OUTCOME_WORDS or row.outcome == wanted]
    return render_template(
        "students/import_report.html",
        stored=stored,
        counts=_counts(stored),
        page=_part(rows, page_number(request.args)),
        outcome=wanted if wanted in OUTCOME_WORDS else "",
        outcome_words=OUTCOME_WORDS,
    )


@blueprint.post("/import/<import_id>/continue")
@roles_required(Role.ADMIN)
def go_on_with_import(import_id: str) -> ResponseReturnValue:
    """Import some rows more; the page's script asks again until all are done."""
    with one_picture_at_a_time:
        stored = continue_import(current_services(), import_id, by=signed_in_user().id)
    if wants_json():
        return jsonify(_state(stored))
    return redirect(url_for("students.show_import", import_id=import_id))


@blueprint.post("/import/<import_id>/remove")
@roles_required(Role.ADMIN)
def give_up_import(import_id: str) -> ResponseReturnValue:
    """Erase the files of an import; students that it added stay."""
    remove_import(current_services(), import_id, by=signed_in_user().id)
    flash(_("The files of the import were erased. Students that it added stay."), "success")
    return redirect(url_for("students.begin_import"))


@blueprint.get("/import/<import_id>/report.csv")
@roles_required(Role.ADMIN)
def download_report(import_id: str) -> ResponseReturnValue:
    """The report as a file."""
    answer = Response(report_as_csv(_stored(import_id).report, page_language()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="import-report.csv"'
    return answer


def _begin(form: ImportForm) -> StoredImport:
    csv, photos = form.csv.data, form.photos.data
    if not csv or not csv.filename:
        raise InvalidInput("Choose the file with the list of students.", field="csv")
    return begin(
        current_services(),
        csv=csv.read(),
        csv_name=csv.filename[:200],
        photos=photos.stream if photos and photos.filename else None,
        course_ids=form.courses.data or (),
        by=signed_in_user().id,
    )


def _stored(import_id: str) -> StoredImport:
    return stored_import(current_services(), import_id, by=signed_in_user().id)


def _counts(stored: StoredImport) -> list[tuple[Outcome, Any, int]]:
    counts = Counter(row.outcome for row in stored.report)
    return [(outcome, word, counts[outcome]) for outcome, word in OUTCOME_WORDS.items()]


def _state(stored: StoredImport) -> dict[str, Any]:
    return {
        "done": len(stored.report),
        "total": stored.total,
        "finished": stored.finished,
        "counts": {outcome.value: count for outcome, _word, count in _counts(stored)},
    }


def _part(rows: list[ImportRow], number: int) -> Page[ImportRow]:
    number = min(number, max(1, -(-len(rows) // _PAGE_SIZE)))
    first = (number - 1) * _PAGE_SIZE
    return Page(rows[first : first + _PAGE_SIZE], number, _PAGE_SIZE, len(rows))


def _page(form: ImportForm) -> str:
    unfinished = unfinished_imports(current_services(), by=signed_in_user().id)
    return render_template("students/import.html", form=form, unfinished=unfinished)
