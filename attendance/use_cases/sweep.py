"""Pick up what was left lying: whole uploads, searches whose worker died, and files that nobody needs."""

from __future__ import annotations

import logging
from datetime import timedelta

from attendance.errors import RollcallError
from attendance.services import Services
from attendance.use_cases.erase import erase_orphans, erase_pending
from attendance.use_cases.finish_upload import finish_upload
from attendance.use_cases.keep_import import remove_old_imports
from attendance.use_cases.thin_readings import thin_readings

KEEP_UPLOADS = timedelta(days=7)

_log = logging.getLogger(__name__)


def sweep(services: Services) -> None:
    """What must not wait: erasures, whole uploads, and the searches that wait. Raises ServiceUnavailable."""
    erase_pending(services)
    _finish_uploads(services)
    for recording_id in services.store.waiting_searches(services.now()):
        services.jobs.enqueue_search(recording_id)


def tidy(services: Services) -> None:
    """What may wait an hour: old uploads, imports, readings, and files without a row. Raises ServiceUnavailable."""
    services.uploads.remove_older_than(services.now() - KEEP_UPLOADS)
    remove_old_imports(services)
    thin_readings(services)
    erase_orphans(services)


def _finish_uploads(services: Services) -> None:
    for upload in services.uploads.whole():
        try:
            finish_upload(services, upload.id)
        except RollcallError as refused:
            _log.warning("Upload %s of %r: %s", upload.id, upload.details.get("filename"), refused.sentence)
        except Exception:  # a fault in the program: the other uploads and the searches do not wait for its mending
            _log.exception("Upload %s cannot be finished.", upload.id)
