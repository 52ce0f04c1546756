"""Invitations to set a password: of one user, of all without one, and of a whole roster."""

from website.invitations import rosters
from website.invitations.views import blueprint

__all__ = ["blueprint", "rosters"]
