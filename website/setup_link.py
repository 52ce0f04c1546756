"""The address where the first admin is made."""

from attendance.services import Services
from attendance.use_cases.people.accounts import setup_token


def setup_link(services: Services, base_url: str) -> str | None:
    """The one-time link for a terminal to print, or None where an admin exists. `base_url`: http://HOST:PORT."""
    token = setup_token(services)
    return f"{base_url.rstrip('/')}/setup/{token}" if token else None
