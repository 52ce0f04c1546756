"""Does what an event asks for, item by item: those of a queue that failed come again, and only they."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError

from attendance.errors import RollcallError
from lambda_face_search.events import Asked, UnknownEvent, asked_by, asked_by_text
from lambda_face_search.observed import count, log

Do = Callable[[Asked, str, Any], str]
"""Takes what is asked, the place of the message that asks (which tells it from all others) and Lambda's context.

The answer says what became of it; an error says that it must come again.
"""


def answer(event: dict[str, Any], context: Any, do: Do) -> dict[str, Any]:
    """Of a batch from SQS the items that must come again; of any other event what became of it.

    Raises the first failure of an event that is no batch: Lambda calls again then.
    """
    count("Calls")
    if not _is_batch(event):
        return {"outcomes": _do_all(asked_by(event), context.aws_request_id, context, do)}
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, partial(_do_message, do=do), processor, context))


def _is_batch(event: dict[str, Any]) -> bool:
    records = event.get("Records", [])
    return bool(records) and all(record.get("eventSource") == "aws:sqs" for record in records)


def _do_message(record: SQSRecord, lambda_context: Any, *, do: Do) -> list[str]:
    """A message of the queue. The name of `lambda_context` is what Powertools looks for."""
    try:
        return _do_all(asked_by_text(record.body), record.message_id, lambda_context, do)
    except Exception as failed:
        _say_why(record.message_id, failed)
        raise


def _do_all(pieces: Sequence[Asked], message_id: str, context: Any, do: Do) -> list[str]:
    """Each is done also where one before it failed."""
    outcomes: list[str] = []
    failures: list[Exception] = []
    for number, piece in enumerate(pieces):
        try:
            outcomes.append(do(piece, f"{message_id}/{number}", context))
        except Exception as failed:
            failures.append(failed)
    if failures:
        raise failures[0]
    return outcomes


def _say_why(message_id: str, failed: Exception) -> None:
    count("ItemFailed")
    if isinstance(failed, RollcallError):
        log.warning("An item comes again.", message_id=message_id, reason=failed.sentence)
    elif isinstance(failed, IdempotencyAlreadyInProgressError):
        log.warning("An item comes again.", message_id=message_id, reason="another call works on it")
    elif isinstance(failed, UnknownEvent):
        log.error("An item is none of ours.", message_id=message_id, reason=str(failed))
    else:
        log.exception("An item failed because of a fault in the program.", message_id=message_id)
