"""Reports: exact shapes, and hostile names that cannot act on whoever reads them."""

import json
from pathlib import Path

import jsonschema
import pytest

from scanners.escaping import printable
from scanners.findings import Examined, FileReport, Finding, Gap, Reason, Severity
from scanners.reports.document import document
from scanners.reports.modelscan import modelscan
from scanners.reports.sarif import sarif
from scanners.reports.summary import Summary
from scanners.reports.text import lines
from scanners.rules import RULES
from scanners.rules.unexamined import UNEXAMINED

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/scan-report.schema.json").read_text())

BAD = FileReport(
    path="models/\x1b[2J\u202eevil.pt",
    size=2048,
    formats=("pytorch-zip",),
    findings=(
        Finding(rule="import-not-recognised", evidence="acme.Model", name="acme.Model", member="archive/data.pkl"),
        Finding(rule="import-runs-code", evidence="os.system", name="os.system", offset=9, member="archive/data.pkl"),
    ),
    gaps=(Gap(reason=Reason.ENCRYPTED, detail="encrypted member"),),
    sha256="ab" * 32,
)
CLEAN = FileReport(path="models/clean.safetensors", size=10, formats=("safetensors",))


def summary(*reports: FileReport) -> Summary:
    total = Summary()
    for report in reports:
        total.add(report)
    return total


@pytest.mark.parametrize(
    ("reports", "fail_on", "code"),
    [
        ((), Severity.MEDIUM, 3),
        ((CLEAN,), Severity.MEDIUM, 0),
        ((CLEAN, BAD), Severity.MEDIUM, 1),
        ((BAD,), Severity.CRITICAL, 1),
        ((FileReport(path="a", size=1, formats=("pickle",), gaps=BAD.gaps), CLEAN), Severity.LOW, 2),
    ],
    ids=["nothing", "clean", "findings", "findings-win-over-gaps", "gaps"],
)
def test_exit_codes(reports, fail_on, code) -> None:
    """The codes are ModelScan's, findings win over what was not examined."""
    assert summary(*reports).exit_code(fail_on) == code


def test_a_finding_below_the_threshold_does_not_fail() -> None:
    """--fail-on is the lowest severity that counts."""
    report = FileReport(path="a", size=1, formats=("pickle",), findings=BAD.findings[:1])
    assert summary(report).exit_code(Severity.HIGH) == 0


def test_lines_are_one_a_fact_worst_first_and_cannot_act() -> None:
    """No escape sequence, no reordering character, no line break reaches a terminal."""
    text = list(lines(BAD))
    assert [line.split()[0] for line in text] == ["CRITICAL", "MEDIUM", "UNEXAMINED"]
    assert all(line.isprintable() for line in text)
    assert "models/\\x1b[2J\\u202eevil.pt!archive/data.pkl at byte 9" in text[0]


def test_json_follows_its_schema() -> None:
    """The published schema describes what is written."""
    value = document([BAD, CLEAN], summary(BAD, CLEAN), version="1", fail_on=Severity.MEDIUM)
    jsonschema.validate(json.loads(json.dumps(value)), SCHEMA)
    assert value["summary"]["examined"] == {"FULLY": 1, "PARTLY": 1, "NOT": 0}
    assert value["exit_code"] == 1


def test_sarif_names_rules_places_and_gaps() -> None:
    """Each finding is a result, each gap a notification that makes the run unsuccessful."""
    (run,) = sarif([BAD, CLEAN], version="1")["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["import-not-recognised", "import-runs-code"]
    assert [result["level"] for result in run["results"]] == ["warning", "error"]
    assert run["invocations"][0]["executionSuccessful"] is False
    location = run["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"].startswith("models/%1B")
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "archive/data.pkl"


def test_every_reason_is_explained_and_none_is_called_like_a_rule() -> None:
    """A reason that is added needs a row; one name means one thing."""
    assert set(UNEXAMINED) == set(Reason)
    assert not UNEXAMINED.keys() & RULES.keys()
    assert all(row.title and row.why.endswith(".") and row.remedy.endswith(".") for row in UNEXAMINED.values())


def test_sarif_says_which_name_a_finding_is_about() -> None:
    """As the lines of text do: the reason alone would not tell what to look for."""
    finding = Finding(rule="import-runs-code", evidence="starts processes", name="posix.system", member="data.pkl")
    (run,) = sarif([FileReport(path="a.pt", size=1, formats=("pickle",), findings=(finding,))], version="1")["runs"]
    assert run["results"][0]["message"]["text"].endswith(" in data.pkl: posix.system: starts processes")


def test_modelscan_shape() -> None:
    """Keys and values as ModelScan's readers expect them; what was not examined is an error, never a skip."""
    value = modelscan([BAD], summary(BAD), version="1", input_path="models", folder=str(Path.cwd()))
    assert value["summary"]["total_issues_by_severity"] == {"LOW": 0, "MEDIUM": 1, "HIGH": 0, "CRITICAL": 1}
    assert {"description", "operator", "module", "source", "scanner", "severity"} == set(value["issues"][0])
    assert (value["issues"][1]["module"], value["issues"][1]["operator"]) == ("os", "system")
    assert value["issues"][1]["source"].endswith(":archive/data.pkl")
    assert [error["category"] for error in value["errors"]] == ["MODEL_SCAN"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("back\\slash", "back\\\\slash"),
        ("line\nbreak\ttab\x00", "line\\nbreak\\ttab\\x00"),
        ("\u202ereversed", "\\u202ereversed"),
        ("\udcff", "\\udcff"),
        ("größe \U0001f600", "größe \U0001f600"),
        ("\u200bhidden", "\\u200bhidden"),
    ],
    ids=ascii,
)
def test_printable(text, shown) -> None:
    """Everything that moves, hides or reorders text is escaped; ordinary text of any language stays."""
    assert printable(text) == shown


def test_printable_says_that_it_cut() -> None:
    """A cut text ends in dots."""
    assert printable("a" * 50, 10) == "aaaaaaa..."


def test_worst_gap_is_the_extent() -> None:
    """PARTLY and NOT combine to NOT."""
    gaps = (Gap(reason=Reason.BUDGET, detail=""), Gap(reason=Reason.UNREADABLE, detail="", examined=Examined.NOT))
    assert FileReport(path="a", size=0, formats=(), gaps=gaps).examined is Examined.NOT
