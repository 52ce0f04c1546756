"""What all tests share."""

from hypothesis import settings

settings.register_profile("rollcall", deadline=None)  # how fast the machine is must not decide a test
settings.load_profile("rollcall")
