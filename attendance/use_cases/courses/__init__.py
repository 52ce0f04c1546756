"""Courses and when they meet."""
