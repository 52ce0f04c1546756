"""The groups of rows, one file each: a group takes the stage and gives its tables."""
