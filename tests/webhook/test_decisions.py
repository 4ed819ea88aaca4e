"""Every case comes to exactly what it says, every demand has a case that breaks it and a twin that does not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.webhook.builders import Known, policy, request
from tests.webhook.cases import CASES, Case
from webhook.review import Mode, review
from webhook.violations import VIOLATIONS

GOLDEN = Path(__file__).parent / "golden"


def _answer(case: Case, mode: Mode = Mode.ENFORCE) -> dict:
    known = Known(policy=policy(**case.spec) if case.has_policy else None, injects=case.injects, claims=case.claims)
    old = case.old() if case.old else None
    asked = request(case.obj(), old=old, sub_resource=case.sub_resource, namespace=case.namespace)
    return review(asked, mode=mode, knowledge=known)["response"]


def _ids(response: dict, key: str) -> frozenset[str]:
    return frozenset(word for word in response["auditAnnotations"].get(key, "").split(",") if word)


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_to_what_it_says(name: str):
    """Exactly the violations that the case names, no more and no fewer."""
    case = CASES[name]
    response = _answer(case)
    assert _ids(response, "violations") == case.violations
    assert response["allowed"] == (not case.violations)
    if case.warnings is not None:
        assert _ids(response, "warnings") == case.warnings


@pytest.mark.parametrize("name", CASES)
def test_a_name_says_what_comes(name: str):
    """The first violation id of the name is among the violations, unless the name says that the case is allowed."""
    case = CASES[name]
    if name.endswith("--allowed"):
        assert not case.violations
    else:
        assert name.partition("--")[0] in case.violations


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_every_demand_has_a_case_and_a_twin(violation: str):
    """A demand nobody can break, or nobody can meet, would be no demand."""
    names = [name for name in CASES if name.partition("--")[0] == violation]
    assert any(not name.endswith("--allowed") for name in names)
    assert any(name.endswith("--allowed") for name in names)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.violations])
def test_warn_and_audit_never_deny(name: str):
    """The other two modes say the same and let it pass."""
    warned = _answer(CASES[name], Mode.WARN)
    audited = _answer(CASES[name], Mode.AUDIT)
    assert warned["allowed"] is True
    assert audited["allowed"] is True
    assert "warnings" not in audited
    if CASES[name].has_policy:
        assert _ids(warned, "violations") == CASES[name].violations
        assert _ids(audited, "violations") == CASES[name].violations
        assert any("weighbridge" in warning for warning in warned["warnings"])
        assert all(len(warning) <= 256 for warning in warned["warnings"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.violations])
def test_a_denial_fits_a_screen(name: str):
    """At most ten lines, with a place and a remedy, and nothing that moves the cursor."""
    message = _answer(CASES[name])["status"]["message"]
    lines = message.splitlines()
    assert len(lines) <= 10
    assert any(line.startswith("  at: ") for line in lines)
    assert any(line.startswith("  do: ") for line in lines)
    assert all(char.isprintable() or char == "\n" for char in message)


@pytest.mark.parametrize("name", CASES)
def test_golden_reviews(name: str):
    """The whole request beside the whole response; WEIGHBRIDGE_WRITE_GOLDEN=1 writes them anew."""
    case = CASES[name]
    old = case.old() if case.old else None
    asked = request(case.obj(), old=old, sub_resource=case.sub_resource, namespace=case.namespace)
    known = Known(policy=policy(**case.spec) if case.has_policy else None, injects=case.injects, claims=case.claims)
    told = {
        "policy": dict(case.spec) if case.has_policy else None,
        "claims": dict(case.claims),
        "injects": case.injects,
        "request": asked,
        "response": review(asked, mode=Mode.ENFORCE, knowledge=known),
    }
    path = GOLDEN / f"{name}.json"
    if os.environ.get("WEIGHBRIDGE_WRITE_GOLDEN"):
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(told))


def test_there_is_no_golden_review_without_a_case():
    """A file nobody writes would be a file nobody checks."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CASES)
