"""The audit trail: who did what and when."""

from website.audit.views import blueprint

__all__ = ["blueprint"]
