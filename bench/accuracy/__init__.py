"""Measures how often the engine is right about people, real and drawn ones, for docs/accuracy.md."""
