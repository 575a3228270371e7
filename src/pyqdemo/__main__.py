"""``pyqdemo`` and ``python -m pyqdemo``."""

import os
import sys

__all__ = ["main"]


def main() -> int:
    """Runs the command line and answers with its exit code."""
    if sys.argv[1:2] == ["--version"]:
        return _version()
    try:
        # Only now: the version takes a tenth of the time that these imports take.
        from pyqdemo.cli.app import main as answer

        return answer(sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command line looks after itself
        return 130


def _version() -> int:
    from pyqdemo import __version__

    try:
        # Past the buffer: what it kept would come up again when Python ends.
        os.write(sys.stdout.fileno(), f"pyqdemo {__version__}\n".encode())
    except (OSError, AttributeError, ValueError):  # nobody reads, or there is no stdout
        from pyqdemo.cli.app import main as answer

        return answer(["--version"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
