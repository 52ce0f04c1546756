"""Marks from a list: the list is checked first, and what it would do is shown; then it is done, and can be undone."""

from __future__ import annotations

import base64
import binascii
import zlib

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField

from attendance.errors import InvalidInput, NotFound
from attendance.use_cases.imports.lists import MOST_BYTES
from attendance.use_cases.imports.marks import MarksReport, import_marks, read_marks, undo_import
from website.access import course_or_404, roles_required
from website.config import MOST_BYTES_OF_FIELDS
from website.current import current_services, signed_in_user
from website.exports.views import STAFF, blueprint
from website.forms import Form
from website.security import takes_up_to
from website.sentences import in_words

_MOST_SHOWN = 500


class MarksForm(Form):
    """A list; once it was checked it comes back as `checked`, so that nobody chooses the file twice."""

    csv = FileField(_l("List of marks"))
    checked = HiddenField()
    reason = StringField(_l("Reason"))


@blueprint.route("/courses/<course_id>/marks/import", methods=["GET", "POST"])
@roles_required(*STAFF)
@takes_up_to(lambda _settings: MOST_BYTES + 2 * MOST_BYTES_OF_FIELDS)
def marks(course_id: str) -> ResponseReturnValue:
    """Check a list, and then set its marks."""
    course, form = course_or_404(course_id), MarksForm()
    report: MarksReport | None = None
    checked = ""
    if form.validate_on_submit():
        try:
            if request.form.get("do") == "import":
                data = _unpacked(form.checked.data or "")
                checked = form.checked.data or ""
                report = read_marks(current_services(), course_id, data)
                return _import(course_id, data, form.reason.data or "")
            data = _sent(form)
            report = read_marks(current_services(), course_id, data)
            checked = _packed(data)
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
    return render_template(
        "exports/marks.html", course=course, form=form, report=report, checked=checked, most=_MOST_SHOWN
    )


@blueprint.route("/courses/<course_id>/marks/imported", methods=["GET", "POST"])
@roles_required(*STAFF)
def imported(course_id: str) -> ResponseReturnValue:
    """What an import did, with the button that undoes it."""
    course, form = course_or_404(course_id), Form()
    tag = request.values.get("tag", "")[:600]
    if form.validate_on_submit():
        try:
            number = undo_import(current_services(), course_id, tag, by=signed_in_user().id)
            flash(ngettext("%(num)s mark is as it was.", "%(num)s marks are as they were.", number), "success")
        except NotFound as gone:
            flash(in_words(gone), "warning")
        return redirect(url_for("courses.show", course_id=course_id))
    return render_template("exports/imported.html", course=course, form=form, tag=tag)


def _import(course_id: str, data: bytes, reason: str) -> ResponseReturnValue:
    report = import_marks(current_services(), course_id, data, reason, by=signed_in_user().id)
    flash(ngettext("%(num)s mark was set.", "%(num)s marks were set.", report.set), "success")
    if report.refused:
        flash(ngettext("%(num)s line was refused.", "%(num)s lines were refused.", report.refused), "warning")
    return redirect(url_for("exports.imported", course_id=course_id, tag=report.tag))


def _sent(form: MarksForm) -> bytes:
    if not form.csv.data:
        raise InvalidInput("Choose a list.", field="csv")
    data: bytes = form.csv.data.read(MOST_BYTES + 1)
    return data


def _packed(data: bytes) -> str:
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    if len(text) > MOST_BYTES_OF_FIELDS // 2:
        raise InvalidInput("The list is too long to be shown first; split it.", field="csv")
    return text


def _unpacked(text: str) -> bytes:
    try:
        return zlib.decompressobj().decompress(base64.b64decode(text, validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        raise InvalidInput("Choose a list.", field="csv") from None
