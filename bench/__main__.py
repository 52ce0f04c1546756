"""`python -m bench`: measures the face engine beside its peers and prints one table."""

import sys

if __name__ == "__main__":
    try:
        from bench.command_line import main  # here, because each process of the bench imports this file anew
    except ModuleNotFoundError as missing:
        sys.exit(f"The bench needs {missing.name}: `make bench` installs it.")
    sys.exit(main())
