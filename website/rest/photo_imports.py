"""How far imports of students are, and what became of their rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import marshmallow as ma
from flask.typing import ResponseReturnValue

from attendance.model import Role
from attendance.use_cases.imports.stored import StoredImport, stored_import, unfinished_imports
from website.current import current_services, signed_in_user
from website.rest.blueprint import blueprint
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class PhotoImportAnswer(ma.Schema):
    """An import that you began, and how far it is."""

    id = ma.fields.String()
    file = ma.fields.String(metadata={"description": "The name of the list."})
    total = ma.fields.Integer(metadata={"description": "Rows of the list."})
    done = ma.fields.Integer()
    is_finished = ma.fields.Boolean()
    outcomes = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.Integer(), metadata={"description": "Rows by what became of them."}
    )


class PhotoImportsAnswer(PageAnswer):
    """A page of imports."""

    items = ma.fields.List(ma.fields.Nested(PhotoImportAnswer))


@blueprint.operation("GET", "/photo-imports", "students:read", Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, PhotoImportsAnswer)
def photo_imports(asked: dict[str, Any]) -> ResponseReturnValue:
    """Your imports that are not finished."""
    found = cut(unfinished_imports(current_services(), by=signed_in_user().id), asked)
    return page_of(found, [_shown(one) for one in found.items])


@blueprint.operation("GET", "/photo-imports/<import_id>", "students:read", Role.ADMIN)
@blueprint.response(200, PhotoImportAnswer)
@blueprint.refuses(404)
def one_photo_import(import_id: str) -> dict[str, Any]:
    """One import of yours, also a finished one."""
    return _shown(stored_import(current_services(), import_id, by=signed_in_user().id))


def _shown(found: StoredImport) -> dict[str, Any]:
    return {
        "id": found.id,
        "file": found.csv_name,
        "total": found.total,
        "done": len(found.report),
        "is_finished": found.finished,
        "outcomes": dict(Counter(row.outcome.value for row in found.report)),
    }
