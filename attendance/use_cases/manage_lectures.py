"""Search recordings again, and remove recordings and lectures with all that was seen in them."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.list_model import AuditEntry
from attendance.model import Recording
from attendance.services import Services
from attendance.use_cases.erase import erase_soon
from attendance.use_cases.mark_lecture import mark_lecture


def search_again(services: Services, recording_id: str, *, by: str | None) -> Recording:
    """Queue a search that replaces the sightings of the one before. Raises NotFound, Conflict (it runs now)."""
    services.store.queue_search(recording_id, services.now())
    recording = services.store.recording(recording_id)
    _audit(services, by, "recording.searched_again", recording.original_name)
    services.jobs.enqueue_search(recording_id)
    return recording


def remove_recording(services: Services, recording_id: str, *, by: str | None) -> None:
    """Remove a recording with its file and evidence, and mark the lecture anew. Raises NotFound."""
    recording = services.store.recording(recording_id)
    services.store.remove_recording(recording_id)
    mark_lecture(services, recording.lecture_id)
    _audit(services, by, "recording.removed", recording.original_name)
    _erase(services, [recording])


def remove_lecture(services: Services, lecture_id: str, *, by: str | None) -> None:
    """Remove a lecture with recordings, evidence and marks. Raises NotFound."""
    lecture = services.store.lecture(lecture_id)
    course = services.store.course(lecture.course_id)
    recordings = services.store.recordings(lecture_id)
    services.store.remove_lecture(lecture_id)
    _audit(services, by, "lecture.removed", f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC")
    _erase(services, recordings)


def _erase(services: Services, recordings: Sequence[Recording]) -> None:
    """Also pictures that a search which died left without a row."""
    erase_soon(services)
    for recording in recordings:
        services.media.delete(list(services.media.keys(f"evidence/{recording.id}/")))


def _audit(services: Services, by: str | None, action: str, subject: str) -> None:
    services.store.add_audit(AuditEntry(at=services.now(), by=by, action=action, subject=subject))
