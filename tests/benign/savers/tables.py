"""Save frames, series and indices of pandas alone: `python tables.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import pickle
import sys
from pathlib import Path

DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

from attempts import attempt, attempts  # noqa: E402 - after the path
from frames import frame_makers, index_makers  # noqa: E402


def main():
    """Write one file for each protocol."""
    DIRECTORY.mkdir(parents=True)
    things = [thing for makers in (index_makers(), frame_makers()) for _, thing in attempts(makers)]
    for protocol in (0, 2, pickle.HIGHEST_PROTOCOL):
        kept = [thing for thing in things if attempt(pickle.dumps, thing, protocol)]
        (DIRECTORY / f"tables-{protocol}.pkl").write_bytes(pickle.dumps(kept, protocol))


if __name__ == "__main__":
    main()
