"""Faces by the engine on this machine."""
