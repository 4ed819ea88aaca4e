"""Save what a saver makes: run inside the environment of one library version, by its own Python (3.6 and newer).

    python runner.py SAVER.py DIRECTORY

A saver is a module with `samples()`, which yields pairs of a name and either the bytes of a finished pickle or an object to
be pickled here at protocols 0, 2 and the highest. What a version of a library cannot make or pickle is counted and left out.
"""

import importlib.util
import pickle
import signal
import sys
import warnings
from pathlib import Path

PROTOCOLS = (0, 2, pickle.HIGHEST_PROTOCOL)
SECONDS = 20


def main() -> int:
    """Save all samples; succeed when there was at least one."""
    saver, directory = Path(sys.argv[1]), Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(saver.parent))
    signal.signal(signal.SIGALRM, give_up)
    specification = importlib.util.spec_from_file_location(saver.stem, str(saver))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    saved = sum(save(directory, name, thing) for name, thing in module.samples())
    print(f"{saver.stem}: {saved} files")
    return 0 if saved else 1


def give_up(number: int, frame: object) -> None:
    """Turn the alarm into an error."""
    raise TimeoutError(number, frame)


def save(directory: Path, name: str, thing: object) -> int:
    """Write one sample at each protocol; return how many files that gave."""
    if thing is None:
        return 0
    if isinstance(thing, bytes):
        (directory / f"{name}.pickle").write_bytes(thing)
        return 1
    written = 0
    for protocol in PROTOCOLS:
        try:
            signal.alarm(SECONDS)
            data = pickle.dumps(thing, protocol)
        except Exception as error:
            print(f"not pickled: {name}: {error!r:.100}")
            continue
        finally:
            signal.alarm(0)
        (directory / f"{name}.{protocol}.pickle").write_bytes(data)
        written += 1
    return written


if __name__ == "__main__":
    sys.exit(main())
