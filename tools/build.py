"""Makes what the application serves but nobody commits: the assets and the compiled catalogues.

Run as `python -m tools.build` with the Python of `.venv`. Nothing is made again that has not changed.
"""

from __future__ import annotations

import sys

from i18n import catalogues
from tools import assets
from tools.steps import StepError, say


def main() -> int:
    """Build all, and return the exit status."""
    try:
        assets.build()
    except StepError as error:
        if error.details:
            say(error.details)
        sys.stderr.write(f"{error}\n")
        return 1
    for path in catalogues.compile_all():
        say(f"Compiled {path.relative_to(catalogues.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
