"""The commands of flask."""
