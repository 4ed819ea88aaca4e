"""Virtual environments of library versions, built under a cache directory, and the savers that run in them."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scanners.imports import spellings
from tools.allowlist.listing import Listing, list_imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
SAVERS = HERE / "savers"
_BROKEN = (IndexError, KeyError, ValueError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Library versions that live together, and what to save with them."""

    name: str
    python: str
    """Version of the interpreter, found as `python3.X` on the path or by pyenv."""
    requirements: Sequence[str]
    savers: Sequence[str]

    def saved(self, cache: Path, savers: Path = SAVERS) -> Path:
        """Build the environment, run its savers once, and return the directory of the files they saved."""
        for saver in self.savers:
            directory = cache / "saved" / self.name / saver
            if not directory.exists():
                unfinished = directory.with_name(f"{saver}.unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                _run(self.interpreter(cache), savers / "runner.py", savers / f"{saver}.py", unfinished)
                unfinished.rename(directory)
        return cache / "saved" / self.name

    def versions(self, cache: Path) -> dict[str, str]:
        """Return the versions of all distributions that pip sees in the environment, written down when first asked."""
        written = cache / "saved" / self.name / "versions.json"
        if not written.exists():
            command = (self.interpreter(cache), "-m", "pip", "list", "--format", "json")
            listed = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the environment's own pip
            versions = {item["name"].lower(): item["version"] for item in json.loads(listed.stdout)}
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(json.dumps(versions, indent=1) + "\n")
        return json.loads(written.read_text())  # type: ignore[no-any-return]

    def remove(self, cache: Path) -> None:
        """Delete the installed libraries; what they saved stays."""
        shutil.rmtree(cache / "environments" / self.name, ignore_errors=True)

    def interpreter(self, cache: Path) -> Path:
        """Build the environment if need be, and return its Python."""
        directory = cache / "environments" / self.name
        python = directory / "bin" / "python"
        done = directory / "installed"
        if not done.exists():
            _run(_find_python(self.python), "-m", "venv", "--clear", directory)
            if self.python == "3.6":  # the pip it brings takes wheels for later versions of Python
                _run(python, "-m", "pip", "install", "--quiet", "pip==21.3.1")
            _run(python, "-m", "pip", "install", "--quiet", "--prefer-binary", *self.requirements)
            done.touch()
        return python


def read_environments(table: Path = HERE / "environments.toml") -> Iterator[Environment]:
    """Yield the environments of a table."""
    for name, entry in tomllib.loads(table.read_text()).items():
        yield Environment(name=name, **entry)


def list_saved(directory: Path) -> Listing:
    """List what all files below a directory import, under both spellings."""
    total = Listing()
    for path in sorted(directory.rglob("*.pickle")):
        data = path.read_bytes()
        try:
            found = list_imports(data)
        except _BROKEN as error:
            raise ValueError(f"{path} cannot be listed") from error
        protocol = data[1] if data[:1] == b"\x80" else 0
        for (module, name), use in found.uses.items():
            owner, dot, rest = name.partition(".")
            for spelt_module, spelt_owner in spellings(module, owner, protocol):
                total.note(spelt_module, f"{spelt_owner}{dot}{rest}", use)
        for module, name in found.filled:
            total.filled.update(spellings(module, name, protocol))
    return total


def _run(*command: str | Path) -> None:
    subprocess.run([str(item) for item in command], check=True)  # noqa: S603 - our own programs, and pip with our own table


def _find_python(version: str) -> Path:
    pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    return pyenv[-1] if pyenv else Path(f"python{version}")
