"""Save boosted trees: `python boosted.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import gzip
import pickle
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

from attempts import attempt  # noqa: E402 - after the path
from boosting import samples  # noqa: E402


def main():
    """Write one file for each kind of model."""
    DIRECTORY.mkdir(parents=True)
    kept = [(name, thing) for name, thing in samples() if attempt(pickle.dumps, thing)]
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        (DIRECTORY / f"models-{protocol}.pkl.gz").write_bytes(gzip.compress(pickle.dumps(dict(kept), protocol)))


if __name__ == "__main__":
    main()
