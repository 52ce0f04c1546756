"""Uploads whose parts go straight to the site's bucket: begun, asked about, linked to, completed and given up here.

A client begins an upload, asks for links in handfuls, sends each part by PUT to its link, several at once and in any
order, and completes the upload. What it becomes is told by `status`: "sending" (`parts` are there), "whole" (it is
being looked at), "refused" (`error` says why) or "done" (`recording` names it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, jsonify, url_for

from attendance.errors import NotFound
from attendance.model import Recording
from attendance.ports import Upload
from website.current import current_settings
from website.sentences import kept_in_words
from website.uploading.own_uploads import OwnUploads

LINKS_LAST_S = 3600


class DirectAnswers:
    """What is answered to one kind of sender, on a site whose uploads go to a bucket."""

    def __init__(self, own: OwnUploads) -> None:
        self._own = own

    def at_start(self, begin: Callable[[], Upload | Recording]) -> Response:
        """What `begin` makes of the request; it may know the recording already."""
        self._own.direct()
        begun = begin()
        answer = jsonify(self._done(begun)) if isinstance(begun, Recording) else self.state(begun.id)
        answer.status_code = 201
        answer.headers["Location"] = self._address(begun.id)
        return answer

    def state(self, upload_id: str) -> Response:
        """Which parts are there, or what became of the upload."""
        self._own.direct()
        return self._or_done(upload_id, lambda begun: jsonify(self._as_json(begun)))

    def links(self, upload_id: str, read_numbers: Callable[[], Sequence[int]]) -> Response:
        """Where the parts that the request names are sent by PUT; numbers count from 1."""
        uploads = self._own.direct()
        numbers = read_numbers()
        found = uploads.part_links(self._own.upload(upload_id).id, numbers, LINKS_LAST_S)
        return jsonify(links={str(number): link for number, link in found.items()}, seconds=LINKS_LAST_S)

    def completed(self, upload_id: str) -> Response:
        """Every part was sent: 200 with the recording, or 202 where the bucket's event makes it. Safe to repeat."""
        self._own.direct()
        return self._or_done(upload_id, self._complete)

    def given_up(self, upload_id: str) -> Response:
        """Remove what is there of it."""
        self._own.direct().remove(self._own.upload(upload_id).id)
        return Response(status=204)

    def _or_done(self, upload_id: str, answer: Callable[[Upload], Response]) -> Response:
        """An upload is there until its recording is whole, which may happen during an answer. Raises NotFound."""
        try:
            return answer(self._own.upload(upload_id))
        except NotFound:
            recording = self._own.recording(upload_id)
            if recording is None:
                raise
            return jsonify(self._done(recording))

    def _complete(self, begun: Upload) -> Response:
        if begun.refusal is not None:
            return self._own.refused(begun, kept_in_words(begun.refusal) or "")
        self._own.direct().complete(begun.id)
        if not _events_finish_uploads():
            return jsonify(self._done(self._own.finished(begun)))
        answer = jsonify({**self._as_json(begun), "status": "whole"})
        answer.status_code = 202
        return answer

    def _as_json(self, begun: Upload) -> dict[str, object]:
        uploads = self._own.direct()
        status = "refused" if begun.refusal is not None else "whole" if self._is_completed(begun) else "sending"
        parts = uploads.parts(begun.id) if status == "sending" else ()
        return {
            "id": begun.id,
            "location": self._address(begun.id),
            "status": status,
            "size": begun.size,
            "part_size": uploads.part_size(begun.id) if status == "sending" else None,
            "parts": [{"number": part.number, "size": part.size} for part in parts],
            "error": kept_in_words(begun.refusal),
            "recording": None,
            **self._own.said_beside(begun),
        }

    def _is_completed(self, begun: Upload) -> bool:
        """All parts may be there, and nobody has said that these are all."""
        if begun.offset != begun.size:
            return False
        try:
            self._own.direct().file(begun.id)
        except NotFound:
            return False
        return True

    def _done(self, recording: Recording) -> dict[str, object]:
        return {
            "id": recording.id,
            "location": self._address(recording.id),
            "status": "done",
            "size": recording.size_bytes,
            "part_size": None,
            "parts": [],
            "error": None,
            "recording": self._own.names_of(recording),
            **self._own.said_beside(recording),
        }

    def _address(self, upload_id: str) -> str:
        return url_for(self._own.direct_upload_endpoint, upload_id=upload_id)


def _events_finish_uploads() -> bool:
    """With queue and functions of AWS, the bucket's event begins the rest; else nobody but this site would."""
    return current_settings().jobs.startswith("lambda:")
