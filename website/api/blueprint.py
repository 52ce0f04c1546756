"""The blueprint of all that people's programs may ask; its modules add their views to it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue

from attendance.errors import NotAllowed
from attendance.model import Role
from website.access import roles_required
from website.login import current_token
from website.openapi.blueprint import ApiBlueprint, PlainParser
from website.openapi.schemas import PlainErrorSchema
from website.programs import check_program


class PeopleBlueprint(ApiBlueprint):
    """Wants a session, and the forms' token where something is changed; or an access token."""

    ARGUMENTS_PARSER = PlainParser()
    schemes = ("session", "formsToken")

    @property
    def needs(self) -> dict[str, Any]:
        """The same, or an access token."""
        return {"security": [*super().needs["security"], {"accessToken": []}]}

    def _prepare_response_doc(self, doc: Any, doc_info: Any, **more: Any) -> Any:
        """The errors that all have in common are told to devices with a code, which people do not get."""
        doc = ApiBlueprint._prepare_response_doc(doc, doc_info, **more)
        for status, answer in doc["responses"].items():
            if isinstance(answer, str):
                words = "Any other error." if status == "default" else HTTPStatus(int(status)).phrase
                content = {"application/json": {"schema": PlainErrorSchema}}
                doc["responses"][status] = {"description": words, "content": content}
        return doc


def _scope(endpoint: str) -> str:
    """Raises NotAllowed where nobody has said which one an address needs."""
    scopes = {"upload": "recordings:write", "recording": "recordings:read", "visits": "visits:read"}
    found = next((scope for word, scope in scopes.items() if word in endpoint), None)
    if found is None:
        raise NotAllowed("This address takes no access token.")
    return found


blueprint = PeopleBlueprint(
    "api", __name__, url_prefix="/api/v1", description="People who are signed in, by the session of their browser."
)


@blueprint.before_request
def only_with_scope() -> None:
    """Of a program its token is asked for, of a browser the token of its forms."""
    if current_token() is None:
        current_app.extensions["csrf"].protect()
    else:
        check_program(_scope(request.endpoint or ""))


@blueprint.before_request
@roles_required(Role.ADMIN, Role.TEACHER)
def only_staff() -> ResponseReturnValue | None:
    """Nobody else sends or follows recordings."""
    return None
