"""`python -m minigrad` is the command `minigrad`."""

import sys


def main() -> int:
    """Run the command line; returns the exit status, 130 if interrupted while it still loads."""
    try:
        from .cli import main as run

        return run()
    except KeyboardInterrupt:
        print("minigrad: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
