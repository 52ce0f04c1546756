"""First start: whoever can read the terminal or the data folder makes the first admin, once."""

from __future__ import annotations

import secrets
from pathlib import Path

from attendance.errors import NotFound
from attendance.model import Role, User
from attendance.secret_files import secret_from
from attendance.services import Services
from attendance.use_cases.accounts import SET_UP_LINK, add_user


def setup_token(services: Services) -> str | None:
    """The one-time token, the same in every process, or None where an admin exists."""
    if services.store.has_admin():
        _token_file(services).unlink(missing_ok=True)
        return None
    return secret_from(_token_file(services))


def check_setup_token(services: Services, token: str) -> None:
    """Raises NotFound where the token is wrong or the site has its admin. Takes as long for any token."""
    expected = setup_token(services)
    if expected is None or not secrets.compare_digest(expected.encode(), token.encode()):
        raise NotFound("This set-up link is not valid, or it was used already.")


def make_first_admin(services: Services, token: str, *, email: str, name: str, password: str) -> User:
    """The first admin. The token is used up. Raises NotFound, InvalidInput, AlreadyExists (email)."""
    check_setup_token(services, token)
    used = _token_file(services).with_name("setup-token-in-use")
    try:
        _token_file(services).rename(used)  # of two requests at once only one gets past this line
    except FileNotFoundError:
        raise NotFound("This set-up link was used already.") from None
    try:
        first = add_user(services, email=email, name=name, role=Role.ADMIN, password=password, by=None, how=SET_UP_LINK)
        return first.user
    finally:
        if services.store.has_admin():
            used.unlink(missing_ok=True)
        else:
            used.rename(_token_file(services))


def _token_file(services: Services) -> Path:
    return services.settings.data / "setup-token"
