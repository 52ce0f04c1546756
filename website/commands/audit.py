"""flask audit: who was removed, and when."""

from __future__ import annotations

import click

from attendance.use_cases.removals import removals_of
from website.commands.plain_errors import FAILED, Commands
from website.commands.removing import json_option, print_rows
from website.current import current_services

audit = Commands("audit", help="The audit trail.")


@audit.command("removed")
@click.argument("name", metavar="ID")
@json_option
@click.pass_context
def removed(ctx: click.Context, name: str, as_json: bool) -> None:
    """Print when the student of this id, or the user of this email address, was removed.

    The trail holds only a hash of whom was removed. The exit code is 1 where nobody of this id was.
    """
    found = removals_of(current_services(), name)
    rows = [
        {"at": entry.at.isoformat(timespec="seconds"), "by": entry.by_name or None, "erased": entry.detail}
        for entry in found
    ]
    if as_json or rows:
        print_rows(rows, ("at", "by", "erased"), as_json)
    else:
        click.echo("Nobody of this id or email address was removed.")
    if not rows:
        ctx.exit(FAILED)
