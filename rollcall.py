"""The command `rollcall` of the installed package: the commands of the site, and `rollcall serve`, which runs it."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup, ScriptInfo

import run
from website import commands, create_app


@click.group(cls=AppGroup, help="Attendance from faces. Settings are read from the environment.")
@click.version_option(package_name="rollcall", message="%(prog)s %(version)s")
def cli() -> None:
    """The site is made for the command that needs it, not for --help."""


@cli.command("serve", with_appcontext=False)
def serve() -> None:
    """Run the site, and its worker where the queue needs one, until Ctrl-C. HOST and PORT say where."""
    sys.exit(run.main())


for _command in commands.ALL:
    cli.add_command(_command)


def main() -> None:
    """Where the installed command begins."""
    cli.main(prog_name="rollcall", obj=ScriptInfo(create_app=create_app))
