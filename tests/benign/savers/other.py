"""Save plain data by dill and cloudpickle: `python other.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import sys
from pathlib import Path

DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

import cloudpickle  # noqa: E402 - after the path
import dill  # noqa: E402
from attempts import attempt  # noqa: E402
from other_picklers import things  # noqa: E402


def main():
    """Write one file for each pickler."""
    DIRECTORY.mkdir(parents=True)
    # dill writes methods and views as an expression to evaluate, which is never harmless to load.
    kept = {name: thing for name, thing in things().items() if name not in {"views", "ordered-views", "functions"}}
    for name, library in (("dill", dill), ("cloudpickle", cloudpickle)):
        saved = {what: thing for what, thing in kept.items() if attempt(library.dumps, thing)}
        (DIRECTORY / f"{name}.pkl").write_bytes(library.dumps(saved))


if __name__ == "__main__":
    main()
