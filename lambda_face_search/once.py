"""Does a piece of work once, however often its event comes: Powertools' idempotency over a DynamoDB table.

The use cases bear repetition by themselves; this spares the repetition. Without a table there is no such layer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

TABLE_VARIABLE = "POWERTOOLS_IDEMPOTENCY_TABLE"
KEEP_S = 24 * 3600
"""Longer than SQS and SNS send anything again by themselves within this stack."""


def once(key: str, work: Callable[[], str], context: Any) -> str:
    """What the work gave, now or when it was first done. What raises was not done.

    Raises IdempotencyAlreadyInProgressError where another call does it at this moment.
    """
    table = os.environ.get(TABLE_VARIABLE)
    if not table:
        return work()

    def run(*, event: str) -> str:
        return work()

    config = IdempotencyConfig(expires_after_seconds=KEEP_S, hash_function="sha256", lambda_context=context)
    done: str = idempotent_function(
        function=run,
        data_keyword_argument="event",
        persistence_store=_layer(table),
        config=config,
        key_prefix="rollcall",
    )(event=key)
    return done


@cache
def _layer(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table)
