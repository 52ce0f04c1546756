"""Jobs done where they are asked for."""
