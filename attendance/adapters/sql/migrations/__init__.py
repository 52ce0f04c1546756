"""The versions of the SQL tables, run by the store's `prepare`."""
