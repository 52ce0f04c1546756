"""What waits for a person's decision, one after the other, over all lectures and courses."""

from website.review.views import blueprint

__all__ = ["blueprint"]
