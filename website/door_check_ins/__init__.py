"""Check-ins at kiosks: those of a day, the own ones of a student, and who asks at a door to be registered."""

from website.door_check_ins import registrations
from website.door_check_ins.views import blueprint

__all__ = ["blueprint", "registrations"]
