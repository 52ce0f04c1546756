"""Whole lists of students, with their photos."""
