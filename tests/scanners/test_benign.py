"""No alarm on honest files: libraries in versions that the allowlist was not made from, and models that packages ship."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from scanners.engine import examine
from scanners.findings import Examined, Severity
from scanners.sources import BytesSource
from tools.allowlist.environments import read_environments

BENIGN = Path(__file__).parents[1] / "benign"
PROVENANCE = tomllib.loads((BENIGN / "PROVENANCE.toml").read_text())
KNOWN_ALARMS = tomllib.loads((BENIGN / "KNOWN_ALARMS.toml").read_text())
FILES = sorted(
    path
    for folder in ("made", "published")
    for path in (BENIGN / folder).rglob("*")
    if path.is_file() and path.name not in {"versions.json", "LICENSE"}
)
LIBRARIES = (
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "joblib",
    "xgboost",
    "lightgbm",
    "catboost",
    "torch",
    "transformers",
    "dill",
    "cloudpickle",
)


def _name(path: Path) -> str:
    return path.relative_to(BENIGN).as_posix()


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_an_honest_file_raises_no_alarm(path: Path) -> None:
    """Examined to the end, and nothing at the threshold or above but what is known and written down."""
    report = examine(BytesSource(path.read_bytes()), path.name)
    alarms = {f"{f.rule} {f.name or ''}" for f in report.findings if f.severity >= Severity.MEDIUM}
    assert alarms == set(KNOWN_ALARMS.get(_name(path), {}).get("alarms", ()))
    assert (report.examined, report.gaps) == (Examined.FULLY, ())


def test_every_file_says_where_it_came_from() -> None:
    """Package, version and licence, or the program that made it; and that it has not changed since."""
    digests = {_name(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in FILES}
    assert {name: entry["sha256"] for name, entry in PROVENANCE.items()} == digests
    for name, entry in PROVENANCE.items():
        if name.startswith("published/"):
            assert {"package", "version", "license"} <= entry.keys(), name
            assert (BENIGN / name).with_name("LICENSE").is_file()


def test_the_files_are_small() -> None:
    """The repository is no place for models."""
    assert sum(path.stat().st_size for path in FILES) <= 5 << 20


@pytest.mark.parametrize("library", LIBRARIES)
def test_three_versions_of_each_library_were_kept_apart(library: str) -> None:
    """Alarms are measured on versions that the allowlist never saw."""
    kept_apart = {json.loads(path.read_text()).get(library) for path in (BENIGN / "made").rglob("versions.json")} - {
        None
    }
    seen = {
        requirement.partition("==")[2]
        for environment in read_environments()
        for requirement in environment.requirements
        if requirement.startswith(f"{library}==")
    }
    assert len(kept_apart - seen) >= 3


def test_the_usual_names_are_among_them() -> None:
    """What trainers leave beside the weights."""
    assert {"training_args.bin", "rng_state.pth", "optimizer.pt", "scheduler.pt", "pytorch_model.bin"} <= {
        path.name for path in FILES
    }
