"""What all tests share."""

from hypothesis import settings

import face_engine  # noqa: F401 - before a test loads onnxruntime, which would report to its vendor

settings.register_profile("rollcall", deadline=None)  # how fast the machine is must not decide a test
settings.load_profile("rollcall")
