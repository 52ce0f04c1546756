"""flask outbox: what follows from what happened and could not be done yet."""

from __future__ import annotations

import click

from attendance.rules.stored_sentences import in_english
from attendance.use_cases.outbox import troubled, try_again
from website.commands.plain_errors import Commands
from website.commands.removing import json_option, print_rows
from website.current import current_services

outbox = Commands("outbox", help="What could not be done yet after something happened.")


@outbox.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Print what failed and waits, or was given up."""
    rows = [
        {
            "handler": item.handler,
            "id": item.id,
            "about": item.subject,
            "attempts": item.attempts,
            "next": item.due_at.isoformat(timespec="seconds") if item.due_at else None,
            "error": in_english(item.error),
        }
        for item in troubled(current_services())
    ]
    if rows or as_json:
        print_rows(rows, ("handler", "id", "about", "attempts", "next", "error"), as_json)
    else:
        click.echo("Nothing is unfinished.")


@outbox.command("again")
@click.argument("handler")
@click.argument("item_id", metavar="ID")
def again(handler: str, item_id: str) -> None:
    """Try it again with the next sweep."""
    try_again(current_services(), handler, item_id)
    click.echo("It is tried again with the next sweep.")
