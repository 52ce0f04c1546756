"""The function that a clock calls each minute: it picks up what was left lying, and tidies up once an hour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from attendance.use_cases.upkeep import sweep, tidy
from lambda_face_search import container
from lambda_face_search.deadline import Deadline
from lambda_face_search.observed import count, log, metrics

TIDY_AT_MINUTE = 7  # of each hour; away from the full hour, when all the world's clocks ring


@log.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> None:
    """A schedule's event, whose time is that of the call that was due. Raises ServiceUnavailable."""
    count("Calls")
    services, deadline = container.services(), Deadline.of(context)
    count("LookedAfter", sweep(services, out_of_time=deadline.is_near))
    if due_at(event).minute == TIDY_AT_MINUTE:
        tidy(services)


def due_at(event: dict[str, Any]) -> datetime:
    """When the call was due; this moment, where the event does not say it."""
    time = event.get("time")
    return datetime.fromisoformat(time) if time else datetime.now(UTC)
