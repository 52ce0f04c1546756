"""The product's site, after the changes of a system test, for gunicorn: `tests.system.patched_site:create_app()`."""

from tests.system import patched
from website import create_app

__all__ = ["create_app"]

patched.apply()
