"""The product's worker, after the changes of a system test: `python -m tests.system.patched_worker`."""

import sys

from attendance.worker import main
from tests.system import patched

if __name__ == "__main__":
    patched.apply()
    sys.exit(main())
