"""Lets one picture at a time into a process's memory, whatever brought it: decoded it may take 250 MB."""

from __future__ import annotations

import threading

one_picture_at_a_time = threading.RLock()
"""Held from before the file is read into memory until the pixels are gone; the same thread may take it again."""
