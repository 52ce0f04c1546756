"""Whether people sign in here with passwords."""

from __future__ import annotations

from attendance.errors import NotAllowed
from website.current import current_settings


def check_passwords() -> None:
    """Raises NotAllowed where the settings switch them off."""
    if not current_settings().password_login:
        raise NotAllowed("People sign in here by the school's sign-on, not with passwords.")
