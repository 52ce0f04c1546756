"""The product's Slack listener, after the changes of a system test: `python -m tests.system.patched_listener`."""

import sys

from attendance.listener import main
from tests.system import patched

if __name__ == "__main__":
    patched.apply()
    sys.exit(main())
