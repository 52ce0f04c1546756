"""Kiosks: people check in and out there, and ask to be registered."""
