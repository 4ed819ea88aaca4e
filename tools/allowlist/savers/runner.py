"""Save what a saver makes: run inside the environment of one library version, by its own Python (3.6 and newer).

    python runner.py SAVER.py DIRECTORY

A saver is a module with `samples()`, which yields pairs of a name and either the bytes of a finished pickle or an object to
be pickled here at protocols 0, 2 and the highest. What a version of a library cannot make or pickle is left out, and so is
what holds no type, class or function that an earlier sample has not held.
"""

import importlib.util
import io
import pickle
import sys
import warnings
from pathlib import Path

from attempts import attempt

PROTOCOLS = (0, 2, pickle.HIGHEST_PROTOCOL)
SEEN = set()


def main() -> int:
    """Save all samples; succeed when there was at least one."""
    saver, directory = Path(sys.argv[1]), Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    specification = importlib.util.spec_from_file_location(saver.stem, str(saver))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    saved = sum(save(directory, name, thing) for name, thing in module.samples())
    print(f"{saver.stem}: {saved} files")
    return 0 if saved else 1


def save(directory: Path, name: str, thing: object) -> int:
    """Write one sample at each protocol; return how many files that gave."""
    if isinstance(thing, bytes):
        (directory / f"{name}.pickle").write_bytes(thing)
        return 1
    if thing is None or not is_new(thing):
        return 0
    pickled = {protocol: attempt(pickle.dumps, thing, protocol) for protocol in PROTOCOLS}
    for protocol, data in pickled.items():
        if data is not None:
            (directory / f"{name}.{protocol}.pickle").write_bytes(data)
    return sum(data is not None for data in pickled.values())


def is_new(thing: object) -> bool:
    """Say whether a thing holds what no earlier one held."""
    surveyor = Surveyor(io.BytesIO(), pickle.HIGHEST_PROTOCOL)
    attempt(surveyor.dump, thing)
    new = surveyor.held - SEEN
    SEEN.update(new)
    return bool(new)


class Surveyor(pickle.Pickler):
    """A pickler that only looks at what passes through it."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.held = set()

    def persistent_id(self, thing: object) -> None:
        """Note the type of a thing, and its name where it has one."""
        self.held.add((type(thing).__module__, type(thing).__name__))
        name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
        if isinstance(name, str):
            self.held.add((str(getattr(thing, "__module__", None)), name, "itself"))


if __name__ == "__main__":
    sys.exit(main())
