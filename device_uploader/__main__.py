"""python -m device_uploader."""

import sys

from device_uploader.command_line import main

if __name__ == "__main__":
    sys.exit(main())
