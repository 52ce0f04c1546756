"""No page waits long for a service that has too much to do: a request gives up after a few seconds, and says so."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g

from attendance.patience import limited


def init_app(app: Flask) -> None:
    """Limit the patience of each request, and of nothing else: commands may wait."""
    app.before_request(_begin)
    app.teardown_request(_end)


def _begin() -> None:
    g.patience = ExitStack()
    g.patience.enter_context(limited())


def _end(_error: BaseException | None) -> None:
    stack = g.pop("patience", None)
    if stack is not None:
        stack.close()
