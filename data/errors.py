"""How a stage tells its user that something is wrong: one line, a non-zero exit, no traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable


class UserError(Exception):
    """Something the user can put right; the message is one line that says what to do."""


def run(main: Callable[[], None]) -> int:
    """Call `main` and return the exit status: 0, 2 for a UserError, 130 for an interrupt."""
    try:
        main()
    except UserError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)
        return 130
    return 0
