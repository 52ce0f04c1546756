"""Drawn people, a drawn lecture and a fake camera, so that a demonstration and the tests need nobody's photograph."""
