"""What a file that is nearly all tensor costs beside a tiny one: `python -m benchmarks.headers [--rounds ROUNDS]`.

Only headers are read, so that a model of a gibibyte may not cost much more than starting up. The figure is the CPU time of
`weighbridge scan`, user and system, the best of some rounds in which the inputs take turns. It runs in the environment of
`python -m benchmarks`, which holds the dependencies and nothing else, and compiled, as an installation is.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import gguf_models, onnx_models, tensors
from benchmarks.environments import prepare, project
from benchmarks.tools import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Build = Callable[[Path, int], None]


def _with_numbers(path: Path, payload: int) -> None:
    """
    Write a safetensors file whose first numbers are not zero, as those of a real model are not.

    The header's length may begin with the letter P, as a pickle of protocol 0 may: then a newline is looked for.
    """
    tensors.safetensors(path, payload)
    with path.open("r+b") as file:
        file.seek(8 + int.from_bytes(file.read(8), "little"))
        file.write(bytes(range(256)) * 16)


GIBIBYTE = 1 << 30
TINY = "tiny.safetensors"
INPUTS: Mapping[str, tuple[Build, int]] = {
    TINY: (tensors.safetensors, 4096),
    "model.safetensors": (_with_numbers, GIBIBYTE),
    "zeros.safetensors": (tensors.safetensors, GIBIBYTE),
    "model.gguf": (gguf_models.model, GIBIBYTE),
    "model-with-template.gguf": (lambda path, payload: gguf_models.model(path, payload, template=True), GIBIBYTE),
    "model.onnx and its data": (onnx_models.external, GIBIBYTE),
}


def main() -> int:
    """Print one line for each input: CPU seconds, and how many times those of the tiny file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.headers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="default: 9")
    rounds = parser.parse_args().rounds
    environment = project()
    fault = prepare(environment)
    if fault is not None:
        print(f"benchmarks: the project's own environment could not be made: {fault}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as directory:
        paths = {name: Path(directory) / name for name in INPUTS}
        for name, (build, payload) in INPUTS.items():
            build(paths[name], payload)
        best = dict.fromkeys(INPUTS, float("inf"))
        for _ in range(rounds):
            for name, path in paths.items():
                best[name] = min(best[name], _seconds(environment.python, path))
    for name, seconds in best.items():
        print(f"{name:<26} {seconds:.3f} s of CPU, {seconds / best[TINY]:.2f} times the tiny file")
    return 0


def _seconds(interpreter: str, path: Path) -> float:
    """Return the CPU time of one scan; raise `CalledProcessError` unless the file is clean."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [interpreter, "-I", "-c", PROGRAM, "scan", path]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
