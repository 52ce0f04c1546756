"""Roles in words."""

from flask_babel import lazy_gettext as _l

from attendance.model import Role

ROLES = {Role.ADMIN: _l("Admin"), Role.TEACHER: _l("Teacher"), Role.STUDENT: _l("Student")}
