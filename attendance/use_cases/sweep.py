"""Pick up what was left lying: whole uploads, searches whose worker died, files to erase, uploads given up."""

from __future__ import annotations

import logging
from datetime import timedelta

from attendance.errors import RollcallError
from attendance.services import Services
from attendance.use_cases.erase import erase_pending
from attendance.use_cases.finish_upload import finish_upload

KEEP_UPLOADS = timedelta(days=7)

_log = logging.getLogger(__name__)


def sweep(services: Services) -> None:
    """Do what needs no search, and ask for the searches that wait. Raises ServiceUnavailable."""
    erase_pending(services)
    services.uploads.remove_older_than(services.now() - KEEP_UPLOADS)
    _finish_uploads(services)
    for recording_id in services.store.waiting_searches(services.now()):
        services.jobs.enqueue_search(recording_id)


def _finish_uploads(services: Services) -> None:
    for upload in services.uploads.whole():
        try:
            finish_upload(services, upload.id)
        except RollcallError as refused:
            _log.warning("Upload %s of %s: %s", upload.id, upload.details.get("filename"), refused.sentence)
