"""Make the benign files that libraries save: `python -m tests.benign.build CACHE [ENVIRONMENT ...]`.

CACHE keeps virtual environments, as for `make allowlist`. Files of packages (`published/`) are not made here: they were taken
from the distributions that PROVENANCE.toml names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from tools.allowlist.environments import SAVERS, Environment, read_environments

HERE = Path(__file__).parent
MADE = HERE / "made"


def main() -> int:
    """Make the files of all environments, or of those named, and write down where each came from."""
    arguments = _arguments()
    for environment in read_environments(HERE / "environments.toml"):
        if not arguments.environments or environment.name in arguments.environments:
            _make(environment, arguments.cache)
    _write_provenance()
    return 0


def _make(environment: Environment, cache: Path) -> None:
    directory = MADE / environment.name
    shutil.rmtree(directory, ignore_errors=True)
    python = environment.interpreter(cache)
    for saver in environment.savers:
        command = [python, HERE / "savers" / f"{saver}.py", directory / saver, SAVERS]
        subprocess.run(command, check=True, cwd=cache)
    versions = environment.versions(cache)
    named = {name: version for name, version in sorted(versions.items()) if name not in {"pip", "setuptools"}}
    (directory / "versions.json").write_text(json.dumps({"python": environment.python, **named}, indent=1) + "\n")


def _write_provenance() -> None:
    """List the files made, with their digests; what stands above the marker is written by hand."""
    path = HERE / "PROVENANCE.toml"
    marker = "# Made by build.py from here on."
    written = path.read_text().partition(marker)[0] if path.exists() else ""
    lines = [written.rstrip() + "\n", marker]
    for file in sorted(MADE.rglob("*")):
        if file.is_file() and file.name != "versions.json":
            lines += [
                f'["{file.relative_to(HERE).as_posix()}"]',
                f'sha256 = "{hashlib.sha256(file.read_bytes()).hexdigest()}"',
            ]
    path.write_text("\n".join(lines) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benign.build", description="Make the benign files.")
    parser.add_argument("cache", type=Path, help="directory for environments")
    parser.add_argument("environments", nargs="*", help="make the files of only these")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
