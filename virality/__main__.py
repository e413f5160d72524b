"""`python -m virality ...`, the form that `accelerate launch -m virality ...` needs."""

import sys

from virality.cli import main

if __name__ == "__main__":
    sys.exit(main())
