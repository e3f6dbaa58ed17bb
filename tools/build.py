"""Makes what the application serves but nobody commits: the assets and the compiled catalogues.

Run as `python -m tools.build` with the Python of `.venv`. Nothing is made again that has not changed.
"""

from __future__ import annotations

import sys

from tools import assets, processes, venv
from tools.steps import ROOT, StepError, say


def is_current() -> bool:
    """Return whether there is nothing to make; asked by `./run`, which has no library at hand."""
    sources = (ROOT / "i18n" / "locales").glob("*/LC_MESSAGES/*.po")
    times = ((source.stat().st_mtime, source.with_suffix(".mo")) for source in sources)
    return all(mo.exists() and mo.stat().st_mtime >= written for written, mo in times) and assets.is_current()


def ensure() -> None:
    """Make what is not current; raise StepError when that fails."""
    if not is_current():
        processes.run_visibly([venv.PYTHON, "-m", "tools.build"], venv.environ(), "The assets could not be built.")


def main() -> int:
    """Build all, and return the exit status."""
    from i18n import catalogues

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
