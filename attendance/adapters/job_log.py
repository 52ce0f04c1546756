"""Runs a job so that its failure is one line in the log: it is neither lost nor does it end the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable

from attendance.errors import RollcallError, SearchStopped

log = logging.getLogger("rollcall.jobs")


def run_logged(what: str, job: Callable[[], object]) -> None:
    """Run the job; `what` names it in the log. Where the fault is our own, the log has its place at level DEBUG."""
    try:
        job()
    except SearchStopped:
        log.info("%s was stopped; it goes on later.", what)
    except RollcallError as error:
        log.error("%s failed: %s", what, error.sentence)
    except Exception as error:
        log.error("%s broke off: %s: %s", what, type(error).__name__, " ".join(str(error).split()))
        log.debug("%s broke off here:", what, exc_info=True)
