"""What one container of a function holds between calls: the services, made when they are first needed."""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import cache
from pathlib import Path

from aws_lambda_powertools.utilities.parameters import get_secret

from attendance.bootstrap import bootstrap
from attendance.services import Services
from attendance.settings import load_settings

SECRET_VARIABLE = "SESSION_SECRET_ARN"  # noqa: S105 - the name of a variable that names a secret


@cache
def services() -> Services:
    """Of the environment's settings. Where they cannot be made yet, the next call tries again.

    Raises SettingsError, ServiceUnavailable.
    """
    settings = load_settings()
    made = bootstrap(settings)
    share_secrets(settings.data)
    return made


def share_secrets(data: Path) -> None:
    """Use one key in all containers: each has a disk of its own, and would make its own.

    It signs sessions and keys the hashes of who was removed, by which the sweep forgets them in imports that wait. The
    link that makes the first admin is derived from it, so that it too works in whichever container answers.
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
