"""The virtual environments below .bench/: one for each peer, one for the project, one for the library that makes the forest.

Made once, one after the other; each is left with a stamp that names what is in it.
"""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / ".bench"
_INSTALL_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A virtual environment and what belongs in it."""

    name: str
    requirements: tuple[str, ...]
    source: bool = False
    """Whether the repository itself is importable in it, without the import hook of an editable installation."""

    @property
    def path(self) -> Path:
        """Where it is."""
        return BENCH / self.name

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.path / "bin" / "python")

    def program(self, name: str) -> str:
        """Return the path of a program installed in it."""
        return str(self.path / "bin" / name)


def _peer(name: str, version: str, *beside: str) -> Environment:
    return Environment(name=f"peers-{name}", requirements=(f"{name}=={version}", *beside))


PEERS = {
    "modelscan": _peer("modelscan", "0.8.8"),
    "picklescan": _peer("picklescan", "1.0.5"),
    # typing_extensions: imported by this release on Python 3.11, and not among its requirements.
    "fickling": _peer("fickling", "0.1.12", "typing_extensions"),
    "modelaudit": _peer("modelaudit", "0.2.54"),
}
MODELS = Environment(name="models", requirements=("scikit-learn==1.9.1",))


def project() -> Environment:
    """Return the environment of the project: the dependencies of its pyproject.toml, and this working copy."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        requirements = tomllib.load(file)["project"]["dependencies"]
    return Environment(name="weighbridge", requirements=tuple(requirements), source=True)


def prepare(environment: Environment) -> str | None:
    """Make an environment unless it is there; return why it could not be made."""
    stamp = environment.path / "installed.txt"
    wanted = "\n".join(environment.requirements) + "\n"
    if environment.source:
        _compile_source()
    if stamp.is_file() and stamp.read_text() == wanted:
        return None
    print(f"installing {', '.join(environment.requirements)} into {environment.path} ...", flush=True)
    shutil.rmtree(environment.path, ignore_errors=True)
    fault = _call(sys.executable, "-m", "venv", str(environment.path)) or _call(
        environment.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *environment.requirements
    )
    if fault is None:
        _add_source(environment)
        stamp.write_text(wanted)
    return fault


def versions(environment: Environment) -> dict[str, str]:
    """Return what is installed in an environment, distribution by distribution."""
    script = "from importlib.metadata import distributions as d; print(*(f'{i.name}={i.version}' for i in d()))"
    answer = subprocess.run([environment.python, "-I", "-c", script], capture_output=True, text=True, check=True)
    pairs = (word.partition("=") for word in answer.stdout.split())
    return {name.lower(): version for name, _, version in pairs}


def _add_source(environment: Environment) -> None:
    if environment.source:
        packages = next((environment.path / "lib").glob("python3*/site-packages"))
        (packages / "weighbridge-source.pth").write_text(f"{ROOT}\n")


def _compile_source() -> None:
    """Compile this working copy, as pip compiles what it installs: workers, which write nothing, would do it at every run."""
    for package in ("scanners", "initcontainer"):
        compileall.compile_dir(ROOT / package, quiet=1)


def _call(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"not done after {_INSTALL_SECONDS} s"
    if done.returncode == 0:
        return None
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"
