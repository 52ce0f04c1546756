"""Runs the command line: python -m face_engine."""

import io
import os
import sys

from face_engine.command_line import main


def run() -> int:
    """Run it on this process's own streams."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file may have a name that the terminal cannot show.
            stream.reconfigure(errors="backslashreplace")
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output, such as head, has gone; Python would try to write once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


if __name__ == "__main__":
    sys.exit(run())
