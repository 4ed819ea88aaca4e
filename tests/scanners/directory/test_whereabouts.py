"""Where named code would come from is told beside the finding, and changes none."""

import json

import pytest

from scanners import neighbours
from scanners.directory import whereabouts
from scanners.engine import examine
from scanners.neighbours import Neighbours
from scanners.sources import BytesSource
from scanners.walk import walk

LOCAL = {"auto_map": {"AutoModel": "modeling_x.XModel"}}
ELSEWHERE = {"auto_map": {"AutoModel": "acme/other--modeling_x.XModel"}}
PIPELINE = {"_class_name": ["modeling_x", "XModel"], "_diffusers_version": "0.42.0"}
TASK = {"custom_pipelines": {"text": {"impl": "modeling_x.XModel"}}}


@pytest.fixture
def told(tmp_path):
    """Scan a directory with this configuration and these files beside it; return rules and evidence of the former."""

    def scan(configuration: object, *files: str) -> list[tuple[str, str]]:
        (tmp_path / "config.json").write_text(json.dumps(configuration))
        for name in files:
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("X = 1\n")
        entry = next(entry for entry in walk(str(tmp_path)) if entry.path.endswith("config.json"))
        report = examine(
            BytesSource((tmp_path / "config.json").read_bytes()), entry.path, neighbours=Neighbours(entry.root, ())
        )
        assert not report.gaps
        return [(finding.rule, finding.evidence) for finding in report.findings]

    return scan


@pytest.mark.parametrize("configuration", [LOCAL, PIPELINE, TASK])
def test_a_module_of_the_directory_is_there_or_not(told, configuration) -> None:
    """The file to review, or that there is none."""
    ((rule, evidence),) = told(configuration)
    assert (rule, evidence.partition("; ")[2]) == ("remote-code", "no modeling_x.py stands beside it")
    ((rule, evidence),) = told(configuration, "deeper/modeling_x.py", "modeling_x.pyc")
    assert (rule, evidence.partition("; ")[2]) == ("remote-code", "no modeling_x.py stands beside it")
    ((rule, evidence),) = told(configuration, "modeling_x.py")
    assert (rule, evidence.partition("; ")[2]) == ("remote-code", "modeling_x.py stands beside it")


def test_a_file_that_only_looks_like_the_code_is_told(told) -> None:
    """The loader takes another repository's module, whatever lies in the directory."""
    named = "auto_map names acme/other--modeling_x.XModel"
    assert told(ELSEWHERE) == [("remote-code-elsewhere", named)]
    assert told(ELSEWHERE, "modeling_x.py") == [
        ("remote-code-elsewhere", f"{named}; modeling_x.py beside it is not what runs")
    ]


@pytest.mark.parametrize(
    "reference", ["XModel", "a.b.XModel", ".XModel", "modeling_x.", "../x.XModel", "x" * 300 + ".X"]
)
def test_nothing_is_said_of_other_references(told, reference) -> None:
    """What is no `module.Class` is a finding as before, without a claim about files."""
    ((rule, evidence),) = told({"auto_map": {"AutoModel": reference}}, "modeling_x.py")
    assert (rule, evidence) == ("remote-code", f"auto_map names {reference[:200]}")


def test_nothing_is_said_where_the_directory_is_too_long_to_list(told, monkeypatch) -> None:
    """A name that was not reached is not one that is missing."""
    monkeypatch.setattr(neighbours, "MOST_NAMES", 2)
    monkeypatch.setattr(whereabouts, "MOST_NAMES", 2)
    assert told(LOCAL, "modeling_x.py") == [("remote-code", "auto_map names modeling_x.XModel")]


def test_nothing_is_said_of_a_configuration_without_a_directory() -> None:
    """A file that is scanned by itself, or lies in an archive, has nothing beside it that can be seen."""
    (finding,) = examine(BytesSource(json.dumps(LOCAL).encode()), "config.json").findings
    assert finding.evidence == "auto_map names modeling_x.XModel"
