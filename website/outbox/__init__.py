"""What could not be done yet after something happened, with its reason and "again"."""

from website.outbox.views import blueprint

__all__ = ["blueprint"]
