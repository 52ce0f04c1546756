"""The function behind API Gateway: the site's pages and its REST API, as every server of ours shows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from apig_wsgi import make_lambda_handler

from attendance.patience import limited
from lambda_face_search import container
from lambda_face_search.observed import log
from website import create_app


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A request of API Gateway, payload 1.0 or 2.0; bodies that are no text go in base64."""
    with limited():  # the first request makes the site, which asks the store
        answer = site()
    return answer(event, context)


@cache
def site() -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Made when the first request comes. Raises SettingsError, ServiceUnavailable; the next request tries again."""
    return make_lambda_handler(create_app(services=container.services()), binary_support=True)
