"""flask slack: the connection by which answers come from Slack, and whether all is set up for it."""

from __future__ import annotations

import click

from attendance import listener
from attendance.use_cases.notices.answers import answered_notifier
from website.commands.plain_errors import Commands
from website.current import current_services


@click.group("slack", cls=Commands, invoke_without_command=True)
@click.pass_context
def slack(context: click.Context) -> None:
    """Slack: take what people answer there (without a word after it), and see whether it is set up."""
    if context.invoked_subcommand is None:
        context.invoke(run)


@slack.command("run")
def run() -> None:
    """Take what people answer in Slack, until Ctrl-C."""
    listener.run(current_services())


@slack.command("check")
def check() -> None:
    """Say whether Slack takes the tokens that are set, and which workspace they are of."""
    for sentence in answered_notifier(current_services()).check():
        click.echo(sentence)
