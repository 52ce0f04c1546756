"""A recording's search: on this machine, by a service elsewhere, and what it may cost."""
