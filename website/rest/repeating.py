"""Requests with an Idempotency-Key: sent again, they are answered by what they made, and not done again."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue

from attendance.errors import InvalidInput
from attendance.use_cases.people.tokens import begin_request, end_request
from website.current import current_services, signed_in_user

HEADER = "Idempotency-Key"
_MOST_CHARACTERS = 200


def begin_once() -> ResponseReturnValue | None:
    """None where the request is to be done; else the answer to it, as what it made is now.

    Raises InvalidInput, KeyUsedBefore, Conflict.
    """
    key = request.headers.get(HEADER, "")
    if request.method != "POST" or not key:
        return None
    if len(key) > _MOST_CHARACTERS:
        raise InvalidInput("The Idempotency-Key can have %(most)s characters at most.", most=_MOST_CHARACTERS)
    known, is_new = begin_request(current_services(), signed_in_user().id, key, _content())
    if is_new:
        g.repeatable = known
        return None
    answer = _present(known.location)
    answer.status_code = known.status or answer.status_code
    answer.headers["Location" if known.status == 201 else "Content-Location"] = known.location
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def end_once(answer: Response) -> None:
    """Note what became of it."""
    known = g.pop("repeatable", None)
    if known is not None:
        place = answer.headers.get("Location") or answer.headers.get("Content-Location") or ""
        end_request(current_services(), known, answer.status_code, place)


def _present(location: str) -> Response:
    """What stands at the place, which may be gone by now. Raises NotFound."""
    endpoint, where = current_app.url_map.bind("").match(location, method="GET")
    view: Any = current_app.view_functions[endpoint]
    return current_app.make_response(view(**where))


def _content() -> bytes:
    """A keyed hash of all that was asked, from which nobody finds a name again who was removed meanwhile.

    Of a form it is of fields and files, since its boundaries differ each time it is sent.
    """
    key = current_app.config["SECRET_KEY"].encode()
    asked = hmac.new(key, repr((request.method, request.full_path, request.mimetype)).encode(), hashlib.sha256)
    if request.mimetype != "multipart/form-data":
        asked.update(request.get_data())
        return asked.digest()
    asked.update(repr(sorted(request.form.items(multi=True))).encode())
    for name, file in request.files.items(multi=True):
        asked.update(repr((name, file.filename)).encode())
        content = hashlib.sha256()
        while block := file.stream.read(1 << 20):
            content.update(block)
        asked.update(content.digest())
        file.stream.seek(0)
    return asked.digest()
