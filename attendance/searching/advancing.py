"""One road for all searches: worker, Lambda, command line and clock take each one step on, wherever it is done."""

from __future__ import annotations

import logging
from collections.abc import Callable

from attendance.errors import NotFound, RollcallError
from attendance.model import RecordingKind
from attendance.ports import Progress, RemoteFaceSearch
from attendance.searching.remote import begin_remote_search, look_after_remote_search
from attendance.searching.searches import search_recording
from attendance.searching.state import SearchState, search_of
from attendance.services import Services

_log = logging.getLogger(__name__)


def advance(
    services: Services,
    recording_id: str,
    *,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Search it here to its end, or have a service begin it, or record what a service found. Whether this ended it.

    Nobody is waited for: what a service searches is taken up again by its answer or by the clock. Raises
    ServiceUnavailable.
    """
    try:
        recording = services.store.recording(recording_id)
    except NotFound:
        return False
    if recording.kind is not RecordingKind.VIDEO or not isinstance(services.faces, RemoteFaceSearch):
        return search_recording(services, recording_id, progress=progress, stopping=stopping)
    if search_of(recording, services.now()).state is SearchState.WAITING:
        return look_after_remote_search(services, recording_id)
    begin_remote_search(services, recording_id)
    return False


def advance_all(services: Services, out_of_time: Callable[[], bool] = lambda: False) -> int:
    """What the clock does: look after what a service searches and is due, and ask the queue for all else that waits.

    How many ended by this. One that fails holds up no other.
    """
    ended = 0
    for recording_id in services.store.waiting_searches(services.now()):
        if out_of_time():
            break
        try:
            if look_after_remote_search(services, recording_id):
                ended += 1
            elif _is_to_be_asked_for(services, recording_id):
                services.jobs.enqueue_search(recording_id)
        except RollcallError as later:
            _log.warning("The search of %s is looked after later: %s", recording_id, later.sentence)
    return ended


def _is_to_be_asked_for(services: Services, recording_id: str) -> bool:
    """Not while a service is at it; a look may have moved its lease on."""
    try:
        search = search_of(services.store.recording(recording_id), services.now())
    except NotFound:
        return False
    return search.state is SearchState.QUEUED or (search.state is SearchState.HELD and search.is_due)
