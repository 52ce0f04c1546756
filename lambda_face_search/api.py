"""The function behind API Gateway: the site's pages and its REST API, as every server of ours shows them."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from apig_wsgi import make_lambda_handler
from aws_lambda_powertools.utilities.parameters import get_secret

from attendance.patience import limited
from lambda_face_search import container
from lambda_face_search.observed import log
from website import create_app

SECRET_VARIABLE = "SESSION_SECRET_ARN"  # noqa: S105 - the name of a variable that names a secret


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A request of API Gateway, payload 1.0 or 2.0; bodies that are no text go in base64."""
    with limited():  # the first request makes the site, which asks the store
        answer = site()
    return answer(event, context)


@cache
def site() -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Made when the first request comes. Raises SettingsError, ServiceUnavailable; the next request tries again."""
    services = container.services()
    share_secrets(services.settings.data)
    return make_lambda_handler(create_app(services=services), binary_support=True)


def share_secrets(data: Path) -> None:
    """Sign sessions with one key in all containers: each has a disk of its own, and would make its own.

    The link that makes the first admin is derived from it, so that it too works in whichever container answers.
    """
    name = os.environ.get(SECRET_VARIABLE)
    if not name:
        return
    secret = str(get_secret(name))
    _keep(data / "secret-key", secret)
    _keep(data / "setup-token", hmac.new(secret.encode(), b"setup-token", hashlib.sha256).hexdigest())


def _keep(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret, encoding="ascii")
