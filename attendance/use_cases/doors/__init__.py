"""Doors: whom they saw, and who may know it."""
