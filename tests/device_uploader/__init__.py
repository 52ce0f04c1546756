"""Tests of the device's client: with a small site of their own, and with Rollcall's."""
