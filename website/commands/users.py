"""flask users: accounts."""

from __future__ import annotations

import sys

import click

from attendance.errors import InvalidInput
from attendance.model import Role, User
from attendance.passwords import LONGEST
from attendance.rules.paging import all_items
from attendance.use_cases.people.accounts import add_user, clean_email, remove_user, reset_password
from attendance.use_cases.people.auditing import LINK_MADE, note_sign_in
from attendance.use_cases.people.invitations import invite
from website.auth.by_link import sign_in_code
from website.commands.plain_errors import Commands
from website.commands.removing import confirm_removal, json_option, leave_nothing, print_rows, yes_option
from website.current import current_services, current_settings

users = Commands("users", help="Accounts of people who log in.")


@users.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What the user may do.")
@click.option("--name", help="What pages call the user; without it the address up to its @.")
@click.option("--student", "student_id", metavar="ID", help="For the role student: whose attendance the user sees.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--no-password", is_flag=True, help="Give none: the user is invited later.")
def add(
    email: str, role: str, name: str | None, student_id: str | None, password_stdin: bool, no_password: bool
) -> None:
    """Add a user. Without one of the last two options the password is asked for twice and not shown."""
    email = clean_email(email)
    user = add_user(
        current_services(),
        email=email,
        name=email.partition("@")[0] if name is None else name,
        role=Role(role),
        password=None if no_password else _password_from_stdin() if password_stdin else _asked_password(),
        student_id=student_id,
        by=None,
        invited=no_password,
    ).user
    click.echo(f"{user.email} {'is added' if no_password else 'can log in'} as {user.role.value}.")


@users.command("list")
@json_option
def show_all(as_json: bool) -> None:
    """Print all accounts, sorted by email address."""
    store = current_services().store
    rows = [
        {"email": user.email, "name": user.name, "role": user.role.value, "student": user.student_id}
        for user in all_items(lambda page: store.users(page=page))
    ]
    print_rows(rows, ("email", "name", "role", "student"), as_json)


@users.command("remove")
@click.argument("email")
@yes_option
def remove(email: str, yes: bool) -> None:
    """Remove an account; a student stays registered without it."""
    services = current_services()
    user = _user(email)
    confirm_removal(f"the account {user.email} ({user.role.value})", yes)
    remove_user(services, user.id, by=None)
    leave_nothing()
    click.echo("The account is removed.")


@users.command("invite")
@click.argument("email")
@click.option("--paper", is_flag=True, help="Send no mail: print the code, which is typed at /join.")
def invite_one(email: str, paper: bool) -> None:
    """Invite a user who has no password yet; an invitation of before is worth nothing then."""
    slip = invite(current_services(), _user(email).id, by_mail=not paper, by=None)
    until = f"{slip.link.expires_at:%Y-%m-%d %H:%M} UTC"
    click.echo(
        f"{slip.code} (once, until {until})" if paper else f"{slip.user.email} is invited by mail, until {until}."
    )


@users.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link by which an admin signs in once, within 15 minutes, where no other way is left."""
    user = _user(email)
    if user.role is not Role.ADMIN:
        raise InvalidInput("%(email)s is no admin; links to sign in are for admins alone.", email=user.email)
    note_sign_in(current_services(), user, LINK_MADE, by_itself=False)
    address = current_settings().address or "http://127.0.0.1:5000"
    click.echo(f"{address}/sign-in-link#{sign_in_code(user)}")
    click.echo("It works once, for 15 minutes.", err=True)


@users.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
def password(email: str, password_stdin: bool) -> None:
    """Give a user a new password; their sessions end."""
    user = _user(email)
    new = _password_from_stdin() if password_stdin else _asked_password()
    reset_password(current_services(), user.id, password=new, by=None)
    click.echo(f"{user.email} has a new password.")


def _user(email: str) -> User:
    user = current_services().store.find_user(clean_email(email))
    if user is None:
        raise InvalidInput("There is no user %(email)s.", email=email)
    return user


def _password_from_stdin() -> str:
    line = sys.stdin.buffer.readline(8 * LONGEST)
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError as wrong:
        raise InvalidInput("The password on stdin is not text in UTF-8.") from wrong


def _asked_password() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("Type the password on a terminal, or send it with --password-stdin.")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return password
