"""`python -m neuropil`, and the program `neuropil` that comes with the package."""

import sys

from . import _core


def main() -> None:
    """The command line."""
    sys.exit(_core.program(["neuropil", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
