"""Media and uploads in folders of this machine."""
