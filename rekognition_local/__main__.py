"""Runs the command line: python -m rekognition_local."""

import sys

from rekognition_local.command_line import main

if __name__ == "__main__":
    sys.exit(main())
