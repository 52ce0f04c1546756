"""Jobs by huey, in SQLite or Redis."""
