"""A school's import on pages: a file in, a dry run to look at, then all of it with its progress and a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField

from attendance.errors import InvalidInput
from attendance.model import Effect, Role, RowKind, SchoolReportRow
from attendance.rules.paging import page_of
from attendance.use_cases.imports.school import counted, school_report_as_csv
from attendance.use_cases.imports.school_rows import MOST_FILE_BYTES
from attendance.use_cases.imports.school_stored import (
    StoredSchoolImport,
    begin_school_import,
    confirm_school_import,
    continue_school_import,
    remove_school_import,
    stored_school_import,
    waiting_school_imports,
)
from website.access import roles_required
from website.config import MOST_BYTES_OF_FIELDS
from website.current import current_services, signed_in_user
from website.errors import wants_json
from website.forms import Form
from website.language import page_language
from website.request_args import page_number
from website.security import takes_up_to
from website.students.answers import done, not_done

blueprint = Blueprint("imports", __name__, url_prefix="/imports", template_folder="templates")

PLANNED_WORDS = {
    Effect.ADDED: _l("To be added"),
    Effect.CHANGED: _l("To be changed"),
    Effect.REMOVED: _l("To be removed"),
    Effect.UNCHANGED: _l("Unchanged"),
    Effect.REFUSED: _l("Mistakes"),
}
DONE_WORDS = {
    Effect.ADDED: _l("Added"),
    Effect.CHANGED: _l("Changed"),
    Effect.REMOVED: _l("Removed"),
    Effect.UNCHANGED: _l("Unchanged"),
    Effect.REFUSED: _l("Refused"),
}
KIND_WORDS = {
    RowKind.COURSE: _l("Course"),
    RowKind.CLASS: _l("Section"),
    RowKind.STUDENT: _l("Student"),
    RowKind.TEACHER: _l("Teacher"),
    RowKind.ENROLLMENT: _l("Roster"),
}
_PAGE_SIZE = 100


class SchoolForm(Form):
    """A file, and whether its students get accounts."""

    file = FileField(_l("File (CSV, Excel or OneRoster ZIP)"))
    accounts = BooleanField(_l("Make accounts for students who have an email address"))


@blueprint.route("/", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
@takes_up_to(lambda _settings: MOST_FILE_BYTES + MOST_BYTES_OF_FIELDS)
def begin() -> ResponseReturnValue:
    """Take the file; the next page says what it would change."""
    form = SchoolForm()
    if form.validate_on_submit():
        try:
            return done(url_for("imports.show", school_import_id=_begin(form).id))
        except InvalidInput as refused:
            form.refuse(refused)
    return not_done(form, lambda: _page(form)) if form.is_submitted() else _page(form)


@blueprint.get("/<school_import_id>")
@roles_required(Role.ADMIN)
def show(school_import_id: str) -> ResponseReturnValue:
    """The dry run; once it is confirmed how far it is, and its report."""
    stored = _stored(school_import_id)
    words = DONE_WORDS if stored.confirmed else PLANNED_WORDS
    wanted = request.args.get("effect", "")
    counts = counted(stored.shown)
    effect = Effect(wanted) if wanted in counts else None
    rows = [row for row in stored.shown if row.effect is effect] if effect else _interesting(stored.shown)
    return render_template(
        "imports/show.html",
        stored=stored,
        counts=[(one, words[one], count) for one, count in counts.items()],
        changes=sum(counts[one] for one in (Effect.ADDED, Effect.CHANGED, Effect.REMOVED)),
        erased=[row for row in stored.plan if row.effect is Effect.REMOVED and row.kind is RowKind.STUDENT],
        page=page_of(rows, page_number(request.args), _PAGE_SIZE),
        effect=effect.value if effect else "",
        row_words=words | {Effect.REFUSED: DONE_WORDS[Effect.REFUSED]},
        kind_words=KIND_WORDS,
    )


@blueprint.post("/<school_import_id>/confirm")
@roles_required(Role.ADMIN)
def confirm(school_import_id: str) -> ResponseReturnValue:
    """Do what was shown; the page's script asks for one step after the other."""
    confirm_school_import(current_services(), school_import_id, by=signed_in_user().id)
    return redirect(url_for("imports.show", school_import_id=school_import_id))


@blueprint.post("/<school_import_id>/continue")
@roles_required(Role.ADMIN)
def go_on(school_import_id: str) -> ResponseReturnValue:
    """Import some rows more."""
    stored = continue_school_import(current_services(), school_import_id, by=signed_in_user().id)
    if wants_json():
        return jsonify(_state(stored))
    return redirect(url_for("imports.show", school_import_id=school_import_id))


@blueprint.post("/<school_import_id>/remove")
@roles_required(Role.ADMIN)
def give_up(school_import_id: str) -> ResponseReturnValue:
    """Erase the files of an import; what it has done stays."""
    remove_school_import(current_services(), school_import_id, by=signed_in_user().id)
    flash(_("The files of the import were erased. What it had done stays."), "success")
    return redirect(url_for("imports.begin"))


@blueprint.get("/<school_import_id>/report.csv")
@roles_required(Role.ADMIN)
def download_report(school_import_id: str) -> ResponseReturnValue:
    """The dry run or the report as a file."""
    report = school_report_as_csv(_stored(school_import_id).shown, page_language())
    answer = Response(report, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="import-report.csv"'
    return answer


def _begin(form: SchoolForm) -> StoredSchoolImport:
    file = form.file.data
    if not file or not file.filename:
        raise InvalidInput("Choose the file first.", field="file")
    return begin_school_import(
        current_services(),
        file.read(),
        file.filename[:200],
        accounts=bool(form.accounts.data),
        by=signed_in_user().id,
    )


def _stored(school_import_id: str) -> StoredSchoolImport:
    return stored_school_import(current_services(), school_import_id, by=signed_in_user().id)


def _interesting(rows: Sequence[SchoolReportRow]) -> list[SchoolReportRow]:
    """Mistakes first, then what is removed, then the others as they stand."""
    first = {Effect.REFUSED: 0, Effect.REMOVED: 1}
    return sorted(rows, key=lambda row: first.get(row.effect, 2))


def _state(stored: StoredSchoolImport) -> dict[str, Any]:
    counts = counted(stored.report)
    return {
        "done": len(stored.report),
        "total": stored.total,
        "finished": stored.finished,
        "counts": {effect.value: count for effect, count in counts.items()},
    }


def _page(form: SchoolForm) -> str:
    waiting = waiting_school_imports(current_services(), by=signed_in_user().id)
    return render_template("imports/begin.html", form=form, waiting=waiting)
