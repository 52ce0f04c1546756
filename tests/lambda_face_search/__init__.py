"""Tests of the functions in Lambda, with events as AWS documents them."""
