"""`python -m demo`: a class of drawn people, a lecture video of them, and its attendance."""

import sys

if __name__ == "__main__":
    from demo.show import main  # here, because each process that searches the video imports this file anew

    sys.exit(main())
