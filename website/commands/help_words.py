"""The help of the commands that teachers use, in the language of the site or of the terminal."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from inspect import cleandoc

import click

from attendance.errors import Phrase
from attendance.languages import LANGUAGES, SOURCE, translated

HELP = frozenset(
    {
        Phrase("Lectures and their recordings."),
        Phrase(
            "Search a recording at once and print the attendance.\n\n"
            "The recording is copied in; the file stays. Within the time of a lecture that exists it is added to that "
            "lecture,\nand the same file of the same start is searched again instead of added. Seconds count from the "
            "recording's start.\nA recording that cannot be searched leaves nothing behind."
        ),
        Phrase("Its code, or CODE/SECTION; the code is enough where the course has one section only."),
        Phrase("The section of the course, where CODE does not say it."),
        Phrase(
            "When the recording begins, such as 2026-03-02T10:00, in the course's time zone where no offset is given."
        ),
        Phrase("When the lecture ends; without it, with the recording."),
        Phrase("Print JSON for programs."),
        Phrase("Print all lectures, the newest first; times are UTC."),
        Phrase(
            "Its code, or CODE/SECTION; the code is enough where the course has one section only. Without it, all "
            "courses."
        ),
        Phrase("Remove a lecture with its recordings, pictures and marks."),
        Phrase("Remove it for good; without it only say what would go."),
        Phrase("Recordings of lectures."),
        Phrase("Print all recordings, of the newest lecture first."),
        Phrase("Remove a recording with its pictures; the lecture is marked anew from what is left."),
        Phrase("Have a worker search a recording again."),
        Phrase("The attendance log."),
        Phrase("Write the log as CSV, Excel, PDF or JSON, the oldest lecture first."),
        Phrase(
            "Write the book: students by lectures with what they add up to; Excel has a sheet a course and a summary."
        ),
        Phrase(
            "Set marks from a list with the columns date, student id and status, and start where a day has several "
            "lectures.\n\nEach line stands alone: one that cannot be used is refused. The answer names the import, so "
            "that\n`attendance undo-import` can undo it."
        ),
        Phrase("Why; it stands in the history of each mark."),
        Phrase("Only say what each line would do."),
        Phrase("In whose name: a teacher or an admin."),
        Phrase("Put back what marks were before an import; TAG is what the import printed. Marks changed since stay."),
        Phrase("Kind of file."),
        Phrase("Where to; without it, stdout."),
        Phrase("The first day that is wanted."),
        Phrase("The last day that is wanted."),
        Phrase("Only these marks."),
        Phrase("Of all times; without it the one that the courses share, else UTC."),
    }
)
"""As the commands say it, which a test compares."""


def terminal_language(site: str, environment: Mapping[str, str] = os.environ) -> str:
    """The site's, where it is not English; else that of the terminal, where we speak it."""
    if site != SOURCE:
        return site
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    language = said.partition("_")[0].partition(".")[0]
    return language if language in LANGUAGES else SOURCE


def in_language(command: click.Command, language: str) -> click.Command:
    """The command with its help in that language, and so of all that are in it; what has no words there stays."""
    if language == SOURCE:
        return command
    said = copy.copy(command)
    said.help = _said(command.help, language)
    said.params = [_option(one, language) for one in command.params]
    if isinstance(said, click.Group):
        said.commands = {name: in_language(one, language) for name, one in said.commands.items()}
    return said


def _option(parameter: click.Parameter, language: str) -> click.Parameter:
    said = copy.copy(parameter)
    if isinstance(said, click.Option):
        said.help = _said(said.help, language)
    return said


def _said(words: str | None, language: str) -> str | None:
    plain = cleandoc(words or "")
    return translated(plain, language) if plain in HELP else words
