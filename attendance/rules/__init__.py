"""The decisions: pure functions, which every store and every use case shares."""
