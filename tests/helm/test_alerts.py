"""Alert rules: generated from code, understood by Prometheus, each tested in both directions and explained in a runbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.alerts import ALERTS, FILE, rules

HERE = Path(__file__).parent
CASES = sorted((HERE / "alerts").glob("*.yaml"))
RUNBOOKS = HERE.parents[1] / "docs" / "runbooks"
SECTIONS = ["## What it means", "## How to look", "## What to do"]

needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")


def promtool(*arguments: str) -> str:
    """Run promtool, which must be content."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_those_of_the_code() -> None:
    """`python -m tools.alerts` would change nothing."""
    assert FILE.read_text() == rules()


@needs_promtool
def test_prometheus_understands_them() -> None:
    """Every rule, with its templates."""
    assert f"{len(ALERTS)} rules found" in promtool("check", "rules", str(FILE))


@needs_promtool
def test_each_fires_and_is_quiet_when_it_should() -> None:
    """`promtool test rules` plays the series of every case."""
    promtool("test", "rules", *map(str, CASES))


def test_each_has_cases_of_both_kinds() -> None:
    """A moment at which it fires, and one at which it does not."""
    expected: dict[str, set[bool]] = {}
    for case in (case for path in CASES for case in yaml.safe_load(path.read_text())["tests"]):
        for check in case["promql_expr_test"]:
            (name,) = re.findall(r'alertname="(\w+)"', check["expr"])
            expected.setdefault(name, set()).add(bool(check["exp_samples"]))
    assert expected == {alert.name: {True, False} for alert in ALERTS}


def test_each_has_a_runbook_and_none_is_left_over() -> None:
    """One file of its name, with what it means, how to look and what to do, linked from the list."""
    names = {alert.name for alert in ALERTS}
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == names | {"README"}
    index = (RUNBOOKS / "README.md").read_text()
    for name in names:
        text = (RUNBOOKS / f"{name}.md").read_text()
        assert text.startswith(f"# {name}\n")
        assert re.findall(r"^## .*$", text, re.MULTILINE) == SECTIONS, name
        assert f"({name}.md)" in index


def test_runbooks_name_what_exists() -> None:
    """Metrics in a runbook are exported, and pages it links to are there."""
    page = (RUNBOOKS.parent / "metrics.md").read_text()
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text()
        for metric in re.findall(r"\bweighbridge_\w+", text):
            assert re.search(rf"`{re.sub('_(bucket|count|sum)$', '', metric)}`", page), (path.name, metric)
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (path.parent / target).exists(), (path.name, target)
