"""The import of a school's files: sent, looked at, and then done a step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_smorest.fields import Upload

from attendance.errors import InvalidInput, Phrase
from attendance.model import Effect, Role, SchoolReportRow
from attendance.use_cases.imports.school import counted, said_in
from attendance.use_cases.imports.school_rows import MOST_FILE_BYTES
from attendance.use_cases.imports.school_stored import (
    StoredSchoolImport,
    begin_school_import,
    confirm_school_import,
    continue_school_import,
    remove_school_import,
    stored_school_import,
)
from website.config import MOST_BYTES_OF_FIELDS
from website.current import current_services, signed_in_user
from website.language import page_language
from website.openapi.schemas import Choice, LenientSchema
from website.rest.blueprint import blueprint
from website.rest.paging import PageAnswer, PageQuery, cut, page_of
from website.security import takes_up_to


class NewImportSchema(LenientSchema):
    """How a file is imported."""

    accounts = ma.fields.Boolean(
        load_default=False,
        error_messages=dict.fromkeys(("invalid", "null"), Phrase("must be true or false.")),
        metadata={"description": "Make accounts for students who have an email address."},
    )


class FileSchema(LenientSchema):
    """A CSV file, an Excel file (.xlsx) or a OneRoster 1.1 ZIP."""

    file = Upload(
        required=True, error_messages=dict.fromkeys(("invalid", "null", "required"), Phrase("must be a file."))
    )


class SentFileSchema(NewImportSchema, FileSchema):
    """A file to import, as a form."""


class ImportAnswer(ma.Schema):
    """An import: `counts` are those of the dry run until it is confirmed, and then those of what is done."""

    id = ma.fields.String()
    name = ma.fields.String(metadata={"description": "Of the file."})
    source = ma.fields.String(metadata={"description": "The system that a OneRoster file comes from; empty of lists."})
    accounts = ma.fields.Boolean()
    confirmed = ma.fields.Boolean()
    finished = ma.fields.Boolean()
    done = ma.fields.Integer(metadata={"description": "How many rows are done."})
    total = ma.fields.Integer()
    counts = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())


class RowsQuery(PageQuery):
    """Which rows."""

    effect = Choice(Effect, metadata={"description": "Only rows of this effect."})


class RowAnswer(ma.Schema):
    """What a row would do, or did."""

    file = ma.fields.String()
    line = ma.fields.Integer(metadata={"description": "0 where the file has it no longer."})
    kind = ma.fields.String()
    person = ma.fields.String(metadata={"description": "The id or email address of whom it names."})
    name = ma.fields.String()
    effect = ma.fields.String()
    remark = ma.fields.String()


class RowsAnswer(PageAnswer):
    """A page of the dry run, or of the report."""

    items = ma.fields.List(ma.fields.Nested(RowAnswer))


@blueprint.operation("POST", "/imports", "imports:write", Role.ADMIN)
@blueprint.doc(requestBody={"content": {"multipart/form-data": {"schema": SentFileSchema}}})
@blueprint.arguments(NewImportSchema, location="form", content_type="multipart/form-data")
@blueprint.arguments(FileSchema, location="files")
@blueprint.response(201, ImportAnswer)
@blueprint.refuses(422)
@takes_up_to(lambda _settings: MOST_FILE_BYTES + MOST_BYTES_OF_FIELDS)
def begin_an_import(words: dict[str, Any], files: dict[str, Any]) -> ResponseReturnValue:
    """Send a file and learn what it would change; nothing is imported before it is run."""
    file = files["file"]
    if not file.filename:
        raise InvalidInput("Choose the file first.", field="file")
    user = signed_in_user()
    begun = begin_school_import(
        current_services(), file.read(), file.filename[:200], accounts=words["accounts"], by=user.id
    )
    return _shown(begun), 201, {"Location": url_for("rest.one_import", school_import_id=begun.id)}


@blueprint.operation("GET", "/imports/<school_import_id>", "imports:read", Role.ADMIN)
@blueprint.response(200, ImportAnswer)
@blueprint.refuses(404)
def one_import(school_import_id: str) -> dict[str, Any]:
    """How far an import of yours is; it is stored for one day."""
    return _shown(stored_school_import(current_services(), school_import_id, by=signed_in_user().id))


@blueprint.operation("GET", "/imports/<school_import_id>/rows", "imports:read", Role.ADMIN)
@blueprint.arguments(RowsQuery, location="query")
@blueprint.response(200, RowsAnswer)
@blueprint.refuses(404)
def rows_of_import(asked: dict[str, Any], school_import_id: str) -> ResponseReturnValue:
    """The dry run, or once it is run the report, a line a row of the files."""
    stored = stored_school_import(current_services(), school_import_id, by=signed_in_user().id)
    found = cut([row for row in stored.shown if asked.get("effect") in (None, row.effect)], asked)
    return page_of(found, _rows(found.items))


@blueprint.operation("POST", "/imports/<school_import_id>/run", "imports:write", Role.ADMIN)
@blueprint.response(200, ImportAnswer)
@blueprint.refuses(404, 409)
def run_import(school_import_id: str) -> ResponseReturnValue:
    """Do what was shown, for some seconds; ask again until it is finished. Removals in it are for good."""
    services, user = current_services(), signed_in_user()
    confirm_school_import(services, school_import_id, by=user.id)
    stored = continue_school_import(services, school_import_id, by=user.id)
    return _shown(stored), 200, {"Content-Location": url_for("rest.one_import", school_import_id=school_import_id)}


@blueprint.operation("DELETE", "/imports/<school_import_id>", "imports:write", Role.ADMIN)
@blueprint.response(204)
@blueprint.refuses(404, 409)
def remove_an_import(school_import_id: str) -> None:
    """Erase the files of an import; what it has done stays."""
    remove_school_import(current_services(), school_import_id, by=signed_in_user().id)


def _shown(stored: StoredSchoolImport) -> dict[str, Any]:
    return {
        "id": stored.id,
        "name": stored.name,
        "source": stored.source,
        "accounts": stored.accounts,
        "confirmed": stored.confirmed,
        "finished": stored.finished,
        "done": len(stored.report),
        "total": stored.total,
        "counts": {effect.value: count for effect, count in counted(stored.shown).items()},
    }


def _rows(rows: Sequence[SchoolReportRow]) -> list[dict[str, Any]]:
    named = ("file", "line", "kind", "person", "name", "effect")
    return [{name: getattr(row, name) for name in named} | {"remark": said_in(row, page_language())} for row in rows]
