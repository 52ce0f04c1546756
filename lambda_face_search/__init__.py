"""Rollcall in AWS Lambda: an event comes in, a use case runs, a result goes out."""
