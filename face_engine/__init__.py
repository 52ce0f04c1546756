"""Local face search: finds faces in pictures and videos and tells whose they are."""

import os

# From 1.29 on, onnxruntime reports to its vendor from the moment it is loaded, and writes an id of the device beside
# the user's caches, unless this stands in the environment before. Every module that loads it is in this package, and
# the processes that a search starts inherit it. What the user's environment says does not count: to be quiet is ours.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
