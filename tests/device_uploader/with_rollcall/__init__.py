"""The client and the site itself."""
