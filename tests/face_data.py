"""A data folder for tests of the real engine: its networks are built once a run, never among anybody's own data."""

import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="rollcall-tests-")  # goes when the run ends

FACE_DATA = {"ROLLCALL_DATA": _FOLDER.name}
