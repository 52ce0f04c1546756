"""Uploads whose parts go straight to the site's bucket: begun, asked about, linked to, completed and given up here.

A client begins an upload, asks for links in handfuls, sends each part by PUT to its link, several at once and in any
order, and completes the upload. What it becomes is told by `status`: "sending" (`parts` are there), "whole" (it is
being looked at), "refused" (`error` says why) or "done" (`recording` names it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, jsonify, url_for

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
from website.sentences import kept_in_words
from website.uploading.own_uploads import OwnUploads

LINKS_LAST_S = 3600


class DirectAnswers:
    """What is answered to one kind of sender, on a site whose uploads go to a bucket."""

    def __init__(self, own: OwnUploads) -> None:
        self._own = own

    def at_start(self, begin: Callable[[], Upload | Recording]) -> Response:
        """What `begin` makes of the request; it may know the recording already."""
        self._own.check_direct()
        answer = self._answer(upload_state(current_services(), self._own.sender(), begin().id), 201)
        answer.headers["Location"] = answer.json["location"]
        return answer

    def state(self, upload_id: str) -> Response:
        """Which parts are there, or what became of the upload."""
        self._own.check_direct()
        return self._answer(upload_state(current_services(), self._own.sender(), upload_id))

    def links(self, upload_id: str, read_numbers: Callable[[], Sequence[int]]) -> Response:
        """Where the parts that the request names are sent by PUT; numbers count from 1."""
        self._own.check_direct()
        found = part_links(current_services(), self._own.sender(), upload_id, read_numbers(), LINKS_LAST_S)
        return jsonify(links={str(number): link for number, link in found.items()}, seconds=LINKS_LAST_S)

    def completed(self, upload_id: str) -> Response:
        """Every part was sent: 200 with the recording, or 202 where the bucket's event makes it. Safe to repeat."""
        self._own.check_direct()
        state = complete(current_services(), self._own.sender(), upload_id)
        return self._answer(state, 202 if state.status is UploadStatus.WHOLE else 200)

    def given_up(self, upload_id: str) -> Response:
        """Remove what is there of it."""
        self._own.check_direct()
        give_up(current_services(), self._own.sender(), upload_id)
        return Response(status=204)

    def _answer(self, state: UploadState, status: int = 200) -> Response:
        answer = jsonify(
            id=state.id,
            location=url_for(self._own.direct_upload_endpoint, upload_id=state.id),
            status=state.status.value,
            size=state.size,
            part_size=state.part_size,
            parts=[{"number": part.number, "size": part.size} for part in state.parts],
            error=kept_in_words(state.refusal),
            code=state.code,
            recording=self._own.names_of(state.recording) if state.recording else None,
        )
        answer.status_code = status
        return answer
