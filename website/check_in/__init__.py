"""Check-in by students themselves: by the code on the teacher's screen, scanned or typed, or by the lecture's own."""

from website.check_in.views import blueprint

__all__ = ["blueprint"]
