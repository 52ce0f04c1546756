"""flask init-store: the place where records are stored."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from website.commands.plain_errors import Commands
from website.current import current_services


@click.group("init-store", cls=Commands, invoke_without_command=True, subcommand_metavar="")
@with_appcontext
def init_store() -> None:
    """Make or migrate the tables of ROLLCALL_STORE, and say whether they are ready.

    Calling it again changes nothing. The site does the same when it starts, where it may.
    """
    services = current_services()
    services.store.prepare()
    services.store.check()
    click.echo(f"The store is ready: {services.settings.store}.")
