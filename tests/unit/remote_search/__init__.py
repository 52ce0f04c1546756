"""Searches by a service far away: their words, who looks after them, and what they cost."""
