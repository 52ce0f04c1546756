"""What a program may do with an access token: so much a minute, and within its scopes."""

from __future__ import annotations

import time

from flask import current_app
from limits import RateLimitItemPerMinute
from limits.strategies import RateLimiter
from werkzeug.exceptions import TooManyRequests

from attendance.errors import NotAllowed
from attendance.rules.scopes import allows
from website.current import current_settings
from website.login import current_token


def check_program(scope: str) -> None:
    """Count the request of a program, in this process alone. Raises TooManyRequests, NotAllowed (scope)."""
    token = current_token()
    if token is None:
        return
    counter: RateLimiter = current_app.extensions["request_counter"]
    most = RateLimitItemPerMinute(current_settings().requests_per_token)
    if not counter.hit(most, "token", token.id):
        wait_s = int(counter.get_window_stats(most, "token", token.id).reset_time - time.time()) + 1
        raise TooManyRequests(retry_after=max(1, wait_s))
    if not allows(token.scopes, scope):
        raise NotAllowed("This access token does not have the scope %(scope)s.", scope=scope)
