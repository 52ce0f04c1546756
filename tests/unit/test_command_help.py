"""The help of commands that teachers use is said in Korean where the site or the terminal is Korean."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click
import pytest

from attendance import languages
from website.commands import attendance, lectures, recordings
from website.commands.help_words import HELP, in_language, terminal_language


def _helps(command: click.Command) -> Iterator[str]:
    yield cleandoc(command.help or "")
    yield from (one.help for one in command.params if isinstance(one, click.Option) and one.help)
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from _helps(one)


def test_everything_that_these_commands_say_of_themselves_can_be_translated() -> None:
    said = {words for group in (lectures, recordings, attendance) for words in _helps(group)}
    assert said == HELP


def test_a_command_is_said_in_another_language_and_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "catalogue", lambda language: _Turned())
    said = in_language(attendance, "ko")
    assert said.help == "THE ATTENDANCE LOG."
    assert all(words == words.upper() for words in _helps(said))
    assert attendance.help == "The attendance log."


@pytest.mark.parametrize(
    ("site", "environment", "language"),
    [
        ("ko", {"LANG": "en_US.UTF-8"}, "ko"),
        ("en", {"LANG": "ko_KR.UTF-8"}, "ko"),
        ("en", {"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ("en", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("en", {}, "en"),
    ],
)
def test_the_site_goes_before_the_terminal(site: str, environment: dict[str, str], language: str) -> None:
    assert terminal_language(site, environment) == language


class _Turned:
    def gettext(self, words: str) -> str:
        return words.upper()
