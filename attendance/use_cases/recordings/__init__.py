"""How a file becomes a recording."""
