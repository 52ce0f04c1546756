"""The outside, one technology a file: each keeps one port of attendance."""
