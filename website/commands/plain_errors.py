"""How commands end when something is wrong: one plain sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO, Any

import click
from flask.cli import AppGroup
from flask.helpers import get_debug_flag

from attendance.errors import RollcallError, SearchStopped, SettingsError

FAILED, WRONG_SETTING, STOPPED = 1, 2, 130


class PlainError(click.ClickException):
    """Shown as its sentence alone."""

    def __init__(self, sentence: str, exit_code: int = FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it of the error, but says it is the class's

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"rollcall: {self.format_message()}", file=file or sys.stderr)


class Commands(AppGroup):
    """A group of commands whose errors are plain."""

    def invoke(self, ctx: click.Context) -> Any:
        _show_what_the_terminal_can()
        try:
            return super().invoke(ctx)
        except RollcallError as refused:
            raise _plain(refused) from refused
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as wrong:
            raise PlainError(_of_the_system(wrong)) from wrong
        except Exception as fault:
            if get_debug_flag():
                raise
            what = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
            sentence = f"A fault in the program stopped this command ({what}). With FLASK_DEBUG=1 it says where."
            raise PlainError(sentence) from fault


@contextmanager
def plain_start() -> Iterator[None]:
    """Around the making of the app: on flask's command line an error ends it with its sentence."""
    try:
        yield
    except (RollcallError, OSError) as wrong:
        if click.get_current_context(silent=True) is None:
            raise
        plain = _plain(wrong) if isinstance(wrong, RollcallError) else PlainError(_of_the_system(wrong), WRONG_SETTING)
        plain.show()
        sys.exit(plain.exit_code)  # flask would print the traceback of any other exception


def is_command() -> bool:
    """Whether flask's command line makes the app for a command that does not serve it."""
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name != "run"


def _plain(wrong: RollcallError) -> PlainError:
    codes = {SettingsError: WRONG_SETTING, SearchStopped: STOPPED}
    return PlainError(wrong.sentence, codes.get(type(wrong), FAILED))


def _of_the_system(wrong: OSError) -> str:
    """What the operating system refused, such as a full disk."""
    reason = wrong.strerror or type(wrong).__name__
    return f"{wrong.filename} cannot be used: {reason}." if wrong.filename else f"{reason}."


def _show_what_the_terminal_can() -> None:
    """A name that the terminal's encoding lacks is shown with question marks rather than stopping the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
