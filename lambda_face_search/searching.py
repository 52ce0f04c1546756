"""Begins the search of a recording, or does it whole where no service far away sends word of its end."""

from __future__ import annotations

import math
import time

from attendance.errors import BadRecording, NotFound, ServiceBusy
from attendance.model import RecordingKind, SearchStatus
from attendance.ports import RemoteFaceSearch
from attendance.searching.remote import begin_remote_search, look_after_remote_search
from attendance.searching.searches import search_recording
from attendance.services import Services
from lambda_face_search.deadline import Deadline
from lambda_face_search.observed import count, log

LEAST_FULL_CALL_S = 600.0
"""A search that had so long and was not done would not be done next time either."""

FIRST_LOOK_S, MOST_BETWEEN_LOOKS_S = 2.0, 15.0


def search(services: Services, recording_id: str, deadline: Deadline) -> str:
    """What became of it, in a word for the log. Raises ServiceUnavailable: the job must come again."""
    if deadline.is_near():
        raise ServiceBusy("This call has no time left for another search.")
    try:
        recording = services.store.recording(recording_id)
    except NotFound:
        return _said("Ignored", recording_id)
    if recording.kind is RecordingKind.VIDEO and isinstance(services.faces, RemoteFaceSearch):
        return _said(_search_remote(services, services.faces, recording_id, deadline), recording_id)
    return _said(_search_here(services, recording_id, deadline), recording_id)


def _search_remote(services: Services, faces: RemoteFaceSearch, recording_id: str, deadline: Deadline) -> str:
    if not begin_remote_search(services, recording_id):
        return "SearchNotBegun"  # it is held, done, failed, or waits for its turn
    if not faces.answers_by_event and _has_ended_in_time(services, recording_id, deadline):
        return "SearchEnded"
    return "SearchBegun"


def _has_ended_in_time(services: Services, recording_id: str, deadline: Deadline) -> bool:
    """Look again and again. Where the call ends first, the sweep goes on looking: nothing is paid for twice."""
    wait_s = FIRST_LOOK_S
    while not _is_over(services, recording_id):
        if deadline.left_s() < wait_s:
            return False
        time.sleep(wait_s)
        look_after_remote_search(services, recording_id)
        wait_s = min(wait_s * 1.5, MOST_BETWEEN_LOOKS_S)
    return True


def _is_over(services: Services, recording_id: str) -> bool:
    try:
        return services.store.recording(recording_id).status is not SearchStatus.SEARCHING
    except NotFound:
        return True


def _search_here(services: Services, recording_id: str, deadline: Deadline) -> str:
    time_s = deadline.left_s()
    is_full_call = time_s >= LEAST_FULL_CALL_S

    def progress(share: float) -> None:
        if is_full_call and deadline.is_near():
            raise BadRecording(
                "Searching this recording takes longer than the %(minutes)s minutes that it may take here. "
                "Let a worker search it, or cut it.",
                minutes=math.floor(time_s / 60),
            )

    done = search_recording(
        services, recording_id, progress=progress, stopping=lambda: not is_full_call and deadline.is_near()
    )
    return "Searched" if done else "NotSearched"


def _said(outcome: str, recording_id: str) -> str:
    log.info("A search was asked for.", recording_id=recording_id, outcome=outcome)
    count(outcome)
    return outcome
