"""Lectures, their marks and the log."""
