"""Photos, evidence pictures and recordings, served only to those who may see them."""

from website.media.views import blueprint

__all__ = ["blueprint"]
