"""Write the allowlist: `python -m tools.allowlist CACHE [ENVIRONMENT ...]`.

CACHE keeps virtual environments and saved files, so that a second run only does what is new. It takes some 20 GB for all
environments. With names of environments, only those are built and nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.allowlist.environments import list_saved, read_environments
from tools.allowlist.table import ALLOWED, Table, read_review


def main() -> int:
    """Build what is asked for and write the table."""
    arguments = _arguments()
    environments = [
        item for item in read_environments() if not arguments.environments or item.name in arguments.environments
    ]
    table = Table()
    for environment in environments:
        print(environment.name, flush=True)
        listing = list_saved(environment.saved(arguments.cache))
        table.add_listing(listing, environment.versions(arguments.cache), environment.python)
    review = read_review()
    table.add_reviewed(review)
    for name, reason in sorted(table.review(review).items()):
        print(f"left out: {name}: {reason}")
    if not arguments.environments:
        ALLOWED.write_text(table.text())
        print(f"{len(table.rows)} names in {ALLOWED}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.allowlist", description="Write the allowlist of imports.")
    parser.add_argument("cache", type=Path, help="directory for environments and saved files")
    parser.add_argument("environments", nargs="*", help="build only these, and write nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
