"""Save OmegaConf's configurations: `python configured.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import pickle
import sys
from pathlib import Path

DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

from configurations import samples  # noqa: E402 - after the path


def main():
    """Write a checkpoint's parameters in two protocols."""
    DIRECTORY.mkdir(parents=True)
    for protocol in (2, 4):
        data = pickle.dumps({"hyper_parameters": dict(samples())}, protocol)
        (DIRECTORY / f"parameters-{protocol}.pkl").write_bytes(data)


if __name__ == "__main__":
    main()
