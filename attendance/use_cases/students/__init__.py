"""Students and their photos."""
