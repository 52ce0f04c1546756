"""Stand-ins for the ports, in memory; they pass the same contract suites as the real adapters."""

from tests.fakes.faces import FakeFaces
from tests.fakes.jobs import FakeJobs
from tests.fakes.media import FakeMedia
from tests.fakes.store import FakeStore
from tests.fakes.uploads import FakeUploads

__all__ = ["FakeFaces", "FakeJobs", "FakeMedia", "FakeStore", "FakeUploads"]
