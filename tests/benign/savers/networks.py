"""Save PyTorch modules, tensors and states: `python networks.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import pickle
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

LARGEST = 20_000
"""Bytes of one thing."""

import torch  # noqa: E402 - after the path
from attempts import attempt, attempts  # noqa: E402
from pytorch import modules, normed_makers, optimizers, quantized_makers, state_makers, tensor_makers  # noqa: E402
from torch import nn  # noqa: E402


def write(thing, path, new):
    """Save in the new or the old layout, where this version has both."""
    try:
        torch.save(thing, str(path), _use_new_zipfile_serialization=new)
    except TypeError:
        torch.save(thing, str(path))


def saved(pairs):
    """Keep what can be saved in a small file."""
    pickled = ((thing, thing is not None and attempt(pickle.dumps, thing)) for _, thing in pairs)
    return [thing for thing, data in pickled if data and len(data) < LARGEST]


def main():
    """Write the files."""
    DIRECTORY.mkdir(parents=True)
    everything = {
        "modules": saved(modules()),
        "composed": saved([*attempts(normed_makers()), *attempts(quantized_makers())]),
        "tensors": saved(attempts(tensor_makers())),
        "states": saved([*attempts(state_makers()), *optimizers()]),
    }
    for name, things in everything.items():
        write(things, DIRECTORY / (name + ".pt"), new=True)
        if name != "modules":
            write(things, DIRECTORY / (name + "-legacy.pt"), new=False)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    write(network, DIRECTORY / "whole.pt", new=True)
    write(network.state_dict(), DIRECTORY / "pytorch_model.bin", new=True)
    (DIRECTORY / "network.pkl").write_bytes(pickle.dumps(network))
    torch.jit.save(torch.jit.script(network), str(DIRECTORY / "scripted.pt"))


if __name__ == "__main__":
    main()
