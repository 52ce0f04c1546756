"""The import of a whole school: the file, what it would change, and the report."""

from website.imports.views import blueprint

__all__ = ["blueprint"]
