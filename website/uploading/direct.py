"""Uploads whose parts go straight to the site's bucket: begun, asked about, linked to, completed and given up here.

A client begins an upload, asks for links in handfuls, sends each part by PUT to its link, several at once and in any
order, and completes the upload. What it becomes is told by `status`: "sending" (`parts` are there), "whole" (it is
being looked at), "refused" (`error` says why) or "done" (`recording` names it).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from attendance.model import Recording
from attendance.ports import Upload
from attendance.use_cases.recordings.uploads import (
    UploadState,
    UploadStatus,
    complete,
    give_up,
    part_links,
    upload_state,
)
from website.current import current_services
from website.security import takes_up_to
from website.sentences import stored_in_words
from website.uploading.schemas import DirectUploadAnswer, DirectUploadSchema, PartLinksAnswer, PartNumbersSchema
from website.uploading.senders import Senders

LINKS_LAST_S = 3600
_MOST_BYTES = 200_000


def add_direct(
    senders: Senders,
    words_schema: type[DirectUploadSchema],
    answer_schema: type[DirectUploadAnswer],
    begin: Callable[[dict[str, Any]], Upload | Recording],
) -> None:
    """Add the addresses of direct uploads; `begin` makes of a request's words an upload, or knows its recording."""
    blueprint, root = senders.blueprint, f"{senders.prefix}/direct-uploads"

    def shown(state: UploadState) -> dict[str, Any]:
        recording = state.recording
        return {
            "id": state.id,
            "location": url_for(".direct_upload", upload_id=state.id),
            "status": state.status.value,
            "size": state.size,
            "part_size": state.part_size,
            "parts": state.parts,
            "error": stored_in_words(state.refusal),
            "code": state.code,
            "recording": recording and {"id": recording.id, "location": senders.page_of(recording)},
        }

    @blueprint.route(root, methods=["POST"])
    @takes_up_to(lambda settings: _MOST_BYTES)
    @blueprint.doc(**blueprint.needs)
    @blueprint.arguments(words_schema)
    @blueprint.response(201, answer_schema, description="Begun, or known already: status says how far it is.")
    @blueprint.refuses(413, 422)
    def begin_direct_upload(words: dict[str, Any]) -> ResponseReturnValue:
        """Begin an upload of parts that are sent to the bucket."""
        senders.check_direct()
        state = shown(upload_state(current_services(), senders.current(), begin(words).id))
        return state, 201, {"Location": state["location"]}

    @blueprint.route(f"{root}/<upload_id>", methods=["GET"])
    @blueprint.doc(**blueprint.needs)
    @blueprint.response(200, answer_schema, description="status is sending, whole, refused or done.")
    @blueprint.refuses(404)
    def direct_upload(upload_id: str) -> dict[str, Any]:
        """Which parts are there, or what became of the upload."""
        senders.check_direct()
        return shown(upload_state(current_services(), senders.current(), upload_id))

    @blueprint.route(f"{root}/<upload_id>/parts", methods=["POST"])
    @takes_up_to(lambda settings: _MOST_BYTES)
    @blueprint.doc(**blueprint.needs)
    @blueprint.arguments(PartNumbersSchema)
    @blueprint.response(200, PartLinksAnswer, description="A link by number; each is good for that many seconds.")
    @blueprint.refuses(404)
    def direct_upload_parts(words: dict[str, Any], upload_id: str) -> dict[str, Any]:
        """Where these parts are sent by PUT; numbers count from 1."""
        senders.check_direct()
        links = part_links(current_services(), senders.current(), upload_id, words["numbers"], LINKS_LAST_S)
        return {"links": links, "seconds": LINKS_LAST_S}

    @blueprint.route(f"{root}/<upload_id>/complete", methods=["POST"])
    @takes_up_to(lambda settings: _MOST_BYTES)
    @blueprint.doc(**blueprint.needs)
    @blueprint.response(200, answer_schema, description="The recording is stored.")
    @blueprint.alt_response(
        202, schema=answer_schema, description="The bucket's event makes the recording; ask again.", success=True
    )
    @blueprint.refuses(422)
    def complete_direct_upload(upload_id: str) -> ResponseReturnValue:
        """Every part was sent. Safe to repeat."""
        senders.check_direct()
        state = complete(current_services(), senders.current(), upload_id)
        return shown(state), 202 if state.status is UploadStatus.WHOLE else 200

    @blueprint.route(f"{root}/<upload_id>", methods=["DELETE"])
    @blueprint.doc(**blueprint.needs)
    @blueprint.response(204, description="Nothing of it is stored.")
    @blueprint.refuses(404)
    def give_up_direct_upload(upload_id: str) -> Response:
        """Remove what is there of it."""
        senders.check_direct()
        give_up(current_services(), senders.current(), upload_id)
        return Response(status=204)
