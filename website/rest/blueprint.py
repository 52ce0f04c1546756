"""The blueprint of the REST API: who may ask, errors as RFC 9457 has them, versions, and repeating."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from attendance.errors import MovedOn, NotAllowed, RollcallError
from attendance.model import Role
from website.access import roles_required
from website.errors import sentence_of
from website.login import current_token
from website.openapi.blueprint import ApiBlueprint, PlainParser
from website.openapi.schemas import ProblemSchema
from website.programs import check_program
from website.rest.repeating import begin_once, end_once
from website.sentences import in_words
from website.statuses import status_of

View = TypeVar("View", bound=Callable[..., Any])

STAFF = (Role.ADMIN, Role.TEACHER)
_PROBLEM = "application/problem+json"
_READING = ("GET", "HEAD", "OPTIONS")
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The ETag of what was read: where it is another by now, nothing is changed (412).",
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 200},
    "description": "A name of your own: the same request sent again within 24 hours is done once.",
}


class RestBlueprint(ApiBlueprint):
    """Wants an access token; to read, a session does too."""

    ARGUMENTS_PARSER = PlainParser()
    schemes = ("accessToken",)

    def operation(
        self, method: str, rule: str, scope: str, *roles: Role, versioned: bool = False
    ) -> Callable[[View], View]:
        """Describe and guard a view. Without roles it is for everybody who has an account."""
        alternatives: list[dict[str, list[str]]] = [{"accessToken": []}]
        if method == "GET":
            alternatives.append({"session": []})
        headers = [*([_KEY] if method == "POST" else []), *([_IF_MATCH] if versioned else [])]
        about = {
            "security": alternatives,
            "x-scope": scope,
            "x-roles": [role.value for role in roles or tuple(Role)],
            **({"parameters": headers} if headers else {}),
        }

        def decorate(view: View) -> View:
            guarded: Any = roles_required(*roles)(view)
            guarded.scope = scope
            self.route(rule, methods=[method])(self.doc(**about)(guarded))
            return view

        return decorate

    def _prepare_response_doc(self, doc: Any, doc_info: Any, **more: Any) -> Any:
        doc = ApiBlueprint._prepare_response_doc(doc, doc_info, **more)
        for status, answer in doc["responses"].items():
            if isinstance(answer, str):
                words = "Any other error." if status == "default" else HTTPStatus(int(status)).phrase
                content = {_PROBLEM: {"schema": ProblemSchema}}
                doc["responses"][status] = {"description": words, "content": content}
        return doc


blueprint = RestBlueprint(
    "rest",
    __name__,
    url_prefix="/api/v1",
    description="People's programs, by access tokens; each acts with the present role of its user.",
)


@blueprint.before_request
def may_ask() -> ResponseReturnValue | None:
    """Before a byte of the body is read."""
    if not current_user.is_authenticated:
        abort(401)
    if current_token() is None and request.method not in _READING:
        raise NotAllowed("Changes need an access token in the header Authorization, as: Bearer TOKEN.")
    view: Any = current_app.view_functions[request.endpoint or ""]
    check_program(view.scope)
    return begin_once()


@blueprint.after_request
def finish(answer: Response) -> Response:
    """What was done once is noted; what is read has a version."""
    end_once(answer)
    if request.method in ("GET", "HEAD") and answer.status_code == 200 and answer.mimetype == "application/json":
        answer.add_etag()
        answer.make_conditional(request)
    return answer


def check_version(read: Callable[..., Any], **where: str) -> bool:
    """Whether If-Match was sent, and is the version of what `read` answers now. Raises PreconditionFailed."""
    if not request.if_match:
        return False
    present = current_app.make_response(current_app.ensure_sync(read)(**where))
    present.add_etag()
    if not request.if_match.contains(present.get_etag()[0] or ""):
        abort(412)
    g.if_match = True
    return True


def problem(status: int, sentence: str, field: str | None = None) -> Response:
    """An error as RFC 9457 has it."""
    phrase = HTTPStatus(status).phrase
    words = {"type": "about:blank", "title": phrase, "status": status, "detail": sentence}
    answer = jsonify(words | ({"field": field} if field else {}))
    answer.status_code, answer.content_type = status, _PROBLEM
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@blueprint.errorhandler(RollcallError)
def _ours(error: RollcallError) -> Response:
    late = isinstance(error, MovedOn) and g.get("if_match", False)
    return problem(412 if late else status_of(error), in_words(error), getattr(error, "field", None))


@blueprint.errorhandler(404)
@blueprint.errorhandler(405)
@blueprint.errorhandler(HTTPException)
def _theirs(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    answer = problem(error.code, sentence_of(error.code))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer
