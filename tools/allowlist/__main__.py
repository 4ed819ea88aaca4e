"""Write the allowlist: `python -m tools.allowlist CACHE [ENVIRONMENT ...]`.

CACHE keeps virtual environments and saved files, so that a second run only does what is new. It takes some 40 GB for all
environments; with `--remove`, which deletes each environment when its files are saved, what the largest takes and a few
hundred MB. An environment that cannot be built is told and the others go on; then, or with names of environments, the table
is not replaced. What differs from the table in the repository is told in every case.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools.allowlist.environments import list_saved, read_environments
from tools.allowlist.table import ALLOWED, Table, list_uncovered, read_review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.allowlist.environments import Environment


def main() -> int:
    """Build what is asked for and write the table; return 1 where an environment could not be built."""
    arguments = _arguments()
    environments = _wanted(arguments.environments)
    table = Table()
    failures = collect(environments, table, arguments.cache, remove=arguments.remove)
    review = read_review()
    table.add_reviewed(review)
    for name, reason in sorted(table.review(review).items()):
        print(f"left out: {name}: {reason}")
    whole = not arguments.environments and not failures
    _tell_differences(table.text(), whole=whole)
    if whole:
        ALLOWED.write_text(table.text())
        print(f"{len(table.rows)} names in {ALLOWED}")
    for name, reason in failures.items():
        print(f"not built: {name}: {reason}", file=sys.stderr)
    return 1 if failures else 0


def collect(environments: Sequence[Environment], table: Table, cache: Path, *, remove: bool = False) -> dict[str, str]:
    """Add to a table what the files of each environment import; return the environments that failed, with the reason."""
    failures = {}
    for number, environment in enumerate(environments, 1):
        print(f"{number} of {len(environments)}: {environment.name}", flush=True)
        try:
            listing = list_saved(environment.saved(cache))
            table.add_listing(listing, environment.versions(cache), environment.python)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            failures[environment.name] = str(error)
            print(f"failed: {environment.name}: {error}", flush=True)
        if remove:
            environment.remove(cache)
    return failures


def _wanted(names: Sequence[str]) -> list[Environment]:
    """Return the environments of these names, or all; leave with a sentence where a name is unknown."""
    environments = list(read_environments())
    unknown = set(names) - {item.name for item in environments}
    if unknown:
        sys.exit(f"no such environment: {', '.join(sorted(unknown))}")
    return [item for item in environments if not names or item.name in names]


def _tell_differences(made: str, *, whole: bool) -> None:
    """Print what is allowed that was not before, and, of a whole run, what no longer is."""
    written = ALLOWED.read_text()
    differences = {"new": list_uncovered(made, written)} | ({"gone": list_uncovered(written, made)} if whole else {})
    for kind, lines in differences.items():
        for line in lines:
            print(f"{kind}: {line}")
        print(f"{len(lines)} {kind}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.allowlist", description="Write the allowlist of imports.")
    parser.add_argument("cache", type=Path, help="directory for environments and saved files")
    parser.add_argument("environments", nargs="*", help="build only these, and write nothing")
    parser.add_argument("--remove", action="store_true", help="delete each environment when its files are saved")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
