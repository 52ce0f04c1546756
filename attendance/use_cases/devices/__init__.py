"""Devices, what they measure and what they send."""
