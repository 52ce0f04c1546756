"""Options by which a command says to what somebody agreed, who and how."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from attendance.model import GivenBy, Manner, Purpose
from attendance.rules.consent import OFFERED, WITH_A_PHOTO
from attendance.use_cases.students.consents import Given

purposes_option = click.option(
    "--for",
    "purposes",
    multiple=True,
    type=click.Choice([one.value for one in OFFERED]),
    help="What it is for; may be given several times. Without it: face and evidence.",
)


def given_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options, and hands the command `given` in their place."""

    @click.option("--given-by", type=click.Choice([one.value for one in GivenBy]), help="Who agreed.")
    @click.option("--how", type=click.Choice([one.value for one in Manner]), help="How the consent was given.")
    @click.option("--text-version", metavar="VERSION", default="", help="The version of the text that they read.")
    @click.option("--note", metavar="TEXT", default="", help="Where the paper is filed, for example.")
    @purposes_option
    @wraps(command)
    def with_given(
        *args: Any,
        given_by: str | None,
        how: str | None,
        text_version: str,
        note: str,
        purposes: tuple[str, ...],
        **more: Any,
    ) -> Any:
        given = Given(
            by=GivenBy(given_by) if given_by else None,
            manner=Manner(how) if how else None,
            note=note,
            text_version=text_version,
            purposes=tuple(map(Purpose, purposes)) or WITH_A_PHOTO,
        )
        return command(*args, given=given, **more)

    return with_given
