"""The blueprint of all that people's programs may ask; its modules add their views to it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask.typing import ResponseReturnValue

from attendance.model import Role
from website.access import roles_required
from website.openapi.blueprint import ApiBlueprint, PlainParser
from website.openapi.schemas import PlainErrorSchema


class PeopleBlueprint(ApiBlueprint):
    """Wants a session, and the forms' token where something is changed."""

    ARGUMENTS_PARSER = PlainParser()
    schemes = ("session", "formsToken")

    def _prepare_response_doc(self, doc: Any, doc_info: Any, **more: Any) -> Any:
        """The errors that all have in common are told to devices with a code, which people do not get."""
        doc = ApiBlueprint._prepare_response_doc(doc, doc_info, **more)
        for status, answer in doc["responses"].items():
            if isinstance(answer, str):
                words = "Any other error." if status == "default" else HTTPStatus(int(status)).phrase
                content = {"application/json": {"schema": PlainErrorSchema}}
                doc["responses"][status] = {"description": words, "content": content}
        return doc


blueprint = PeopleBlueprint(
    "api", __name__, url_prefix="/api/v1", description="People who are signed in, by the session of their browser."
)


@blueprint.before_request
@roles_required(Role.ADMIN, Role.TEACHER)
def only_staff() -> ResponseReturnValue | None:
    """Nobody else sends or follows recordings."""
    return None
