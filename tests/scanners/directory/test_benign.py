"""Model directories that their libraries wrote give nothing at or above MEDIUM, and are examined to the end."""

from pathlib import Path

import pytest

from scanners.engine import examine
from scanners.findings import Examined, Severity
from scanners.sources import BytesSource

DIRECTORIES = Path(__file__).parents[2] / "benign" / "directories"
FILES = sorted(path for path in DIRECTORIES.rglob("*") if path.is_file() and path.name != "PROVENANCE.md")


def test_there_are_files_of_every_kind() -> None:
    """A missing folder would prove nothing."""
    names = {
        *("config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json", "adapter_config.json"),
        *("modules.json", "model_index.json", "model.safetensors.index.json", "chat_template.jinja"),
        *("MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"),
    }
    assert names <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DIRECTORIES)))
def test_no_false_alarm(path: Path) -> None:
    """Nothing that would stop a server, and nothing left unexamined."""
    report = examine(BytesSource(path.read_bytes()), path.name)
    assert report.examined is Examined.FULLY, report.gaps
    assert [finding for finding in report.findings if finding.severity >= Severity.MEDIUM] == []


def test_the_files_are_small() -> None:
    """The repository is no place for models."""
    assert sum(path.stat().st_size for path in FILES) <= 256 << 10
