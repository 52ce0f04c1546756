"""The outside, one technology a file: each implements one port of attendance."""
