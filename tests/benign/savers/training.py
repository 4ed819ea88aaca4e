"""Save what a trainer leaves: `python training.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import random
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

import numpy  # noqa: E402 - after the path
import torch  # noqa: E402
from attempts import attempts  # noqa: E402
from trainers import training_makers, transformers_makers  # noqa: E402


def main():
    """Write the files under the names that trainers give them."""
    DIRECTORY.mkdir(parents=True)
    things = dict(attempts({**transformers_makers(), **training_makers()}))
    torch.save(things.get("TrainingArguments"), str(DIRECTORY / "training_args.bin"))
    states = {"python": random.getstate(), "numpy": numpy.random.get_state(), "cpu": torch.random.get_rng_state()}
    torch.save(states, str(DIRECTORY / "rng_state.pth"))
    torch.save(things["optimizer"], str(DIRECTORY / "optimizer.pt"))
    torch.save(things["scheduler"], str(DIRECTORY / "scheduler.pt"))
    torch.save(things["checkpoint"], str(DIRECTORY / "last.ckpt"))
    torch.save(list(things.values()), str(DIRECTORY / "everything.pt"))


if __name__ == "__main__":
    main()
