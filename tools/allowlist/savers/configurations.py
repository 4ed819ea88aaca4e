"""Configurations of OmegaConf, which Hydra and Lightning put into checkpoints beside the weights."""

import pathlib

from attempts import attempts
from omegaconf import OmegaConf


def samples():
    """Yield configurations of every kind of value that a YAML file can hold."""
    yield from attempts(
        {
            "plain": lambda: OmegaConf.create({"a": 1, "b": {"c": [1, 2.5, "x", True, None]}, "d": []}),
            "list": lambda: OmegaConf.create([{"a": 1}, [2]]),
            "interpolation": lambda: OmegaConf.create({"a": 1, "b": "${a}", "c": "${oc.env:HOME}", "d": "???"}),
            "bytes": lambda: OmegaConf.create({"a": b"x"}),
            "path": lambda: OmegaConf.create({"a": pathlib.PurePosixPath("x"), "b": pathlib.Path("y")}),
            "none": lambda: OmegaConf.create({"a": None}),
            "merged": lambda: OmegaConf.merge({"a": {"b": 1}}, OmegaConf.from_dotlist(["a.c=2", "d=[1,2]"])),
            "flags": flagged,
        }
    )


def flagged():
    """Return a configuration that may not be changed."""
    made = OmegaConf.create({"a": {"b": 1}})
    OmegaConf.set_readonly(made, True)
    OmegaConf.set_struct(made, True)
    return made
