"""Pick up what was left lying: whole uploads, searches whose worker died, and files that nobody needs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from attendance.errors import RollcallError
from attendance.searching.advancing import advance_all
from attendance.services import Services
from attendance.use_cases.appeals.answering import forget_old_files
from attendance.use_cases.courses.risks import check_lately
from attendance.use_cases.devices.devices import note_silence
from attendance.use_cases.devices.readings import thin_readings
from attendance.use_cases.doors.consenting import forget_who_disagrees
from attendance.use_cases.doors.deciding import forget_what_was_said_of_gone_visits
from attendance.use_cases.doors.naming import remove_old_visits
from attendance.use_cases.erasing import erase_orphans, erase_pending
from attendance.use_cases.imports.forgetting import forget_removed
from attendance.use_cases.imports.stored import remove_old_imports
from attendance.use_cases.kiosks.keeping import tidy_kiosks
from attendance.use_cases.live.posting import remove_old_posts
from attendance.use_cases.notices.clock import release_due, remove_old_notices, tell_periods
from attendance.use_cases.notices.renewing import remove_left_over
from attendance.use_cases.notices.sending import settle_given_up
from attendance.use_cases.outbox import drain
from attendance.use_cases.people.tokens import forget_old_requests
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.unknowns.vectors import forget_expired

KEEP_UPLOADS = timedelta(days=7)

_log = logging.getLogger(__name__)


def sweep(services: Services, out_of_time: Callable[[], bool] = lambda: False) -> int:
    """What must not wait: searches that wait, whole uploads, erasures, events. None of them holds up another.

    How many searches of a service ended by this, because its word was lost. Raises the first of their errors at the
    end, such as ServiceUnavailable.
    """
    failed: list[Exception] = []
    ended = [0]

    def searches(services: Services) -> None:
        ended[0] = advance_all(services, out_of_time)

    for step in (
        searches,
        _finish_uploads,
        erase_pending,
        note_silence,
        release_due,
        drain,
        settle_given_up,
        forget_removed,
        _purge,
    ):
        try:
            step(services)
        except Exception as reason:
            failed.append(reason)
    for other in failed[1:]:
        _log.warning("The sweep went on without one part: %s", other, exc_info=not isinstance(other, RollcallError))
    if failed:
        raise failed[0]
    return ended[0]


def tidy(services: Services) -> None:
    """What may wait an hour: who is at risk, summaries, and what is old of all that does not stay.

    Raises ServiceUnavailable.
    """
    services.uploads.remove_older_than(services.now() - KEEP_UPLOADS)
    remove_old_imports(services)
    thin_readings(services)
    forget_expired(services)
    remove_old_visits(services)
    tidy_kiosks(services)
    forget_what_was_said_of_gone_visits(services)
    forget_old_files(services)
    forget_who_disagrees(services)
    remove_old_posts(services)
    services.store.remove_ended_sessions(services.now())
    forget_old_requests(services)
    services.store.remove_old_logins(services.now())
    erase_orphans(services)
    check_lately(services)
    tell_periods(services)
    remove_left_over(services)  # before their rows, which say what is to be taken back
    remove_old_notices(services)


def _purge(services: Services) -> None:
    """Where somebody reads what was removed at this moment, the next sweep goes on."""
    services.store.purge()


def _finish_uploads(services: Services) -> None:
    for upload in services.uploads.whole():
        try:
            finish_upload(services, upload.id)
        except RollcallError as refused:
            _log.warning("Upload %s of %r: %s", upload.id, upload.purpose.filename, refused.sentence)
        except Exception:  # a fault in the program: the other uploads and the searches do not wait for its mending
            _log.exception("Upload %s cannot be finished.", upload.id)
