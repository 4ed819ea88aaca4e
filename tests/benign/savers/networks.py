"""Save PyTorch modules, tensors and states: `python networks.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import io
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
        torch.save(thing, path, _use_new_zipfile_serialization=new)
    except TypeError:
        torch.save(thing, path)


def saved(pairs):
    """Keep what can be saved in a small file."""
    return [thing for _, thing in pairs if thing is not None and attempt(saved_small, thing)]


def saved_small(thing):
    """Say whether both layouts can hold something in few bytes."""
    size = len(pickle.dumps(thing))
    for new in (True, False):
        write(thing, io.BytesIO(), new=new)
    return size < LARGEST


def main():
    """Write the files."""
    DIRECTORY.mkdir(parents=True)
    write(saved(modules()), str(DIRECTORY / "modules.pt"), new=True)
    write_weights()


def write_weights():
    """Write all but the modules one by one: what is small enough to keep of many versions."""
    states = saved([*attempts(state_makers()), *optimizers()])
    tensors = saved(attempts(tensor_makers()))
    composed = saved([*attempts(normed_makers()), *attempts(quantized_makers())])
    for name, things in {"states": states, "tensors": tensors, "composed": composed}.items():
        write(things, str(DIRECTORY / (name + ".pt")), new=True)
    write(states, str(DIRECTORY / "states-legacy.pt"), new=False)
    write(tensors, str(DIRECTORY / "tensors-legacy.pt"), new=False)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    write(network, str(DIRECTORY / "whole.pt"), new=True)
    write(network.state_dict(), str(DIRECTORY / "pytorch_model.bin"), new=True)
    (DIRECTORY / "network.pkl").write_bytes(pickle.dumps(network))
    torch.jit.save(torch.jit.script(network), str(DIRECTORY / "scripted.pt"))


if __name__ == "__main__":
    main()
