"""What is generated in the chart is what the programs make of the code today."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.helm.rendering import CHART, leaves
from tools import chart, chart_readme
from tools.policy_schema import PATTERNS
from webhook import policy_object
from webhook.policy import PolicyError, decode_policy

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
CRD = yaml.safe_load((CHART / "crds" / "modelpolicies.yaml").read_text())
SPEC = CRD["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]


@pytest.mark.parametrize("path", list(chart.generated()), ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path) -> None:
    """`python -m tools.chart` would change nothing."""
    assert path.read_text() == chart.generated()[path]


def test_every_value_has_words_in_the_readme_or_a_name_that_says_it() -> None:
    """A value is in the table of the README."""
    readme = (CHART / "README.md").read_text()
    for path, _ in leaves(VALUES):
        parts = [".".join(path[:length]) for length in range(1, len(path) + 1)]
        assert any(f"`{part}`" in readme for part in parts), path


def test_the_readme_reads_comments_of_several_lines() -> None:
    """Words before a key belong to it, until an empty line or another key."""
    text = "# Not said of anything.\n\n# -- First\n# second\na:\n  b: 1\n  # -- Third\n  c: []\n"
    found = {value.path: (value.default, value.words) for value in chart_readme.values(text)}
    assert found == {("a",): ({"b": 1, "c": []}, "First second"), ("a", "b"): (1, ""), ("a", "c"): ([], "Third")}


def _properties(schema: dict[str, Any], path: tuple[str, ...] = ()):
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    for name, below in schema.get("properties", {}).items():
        yield (*path, name)
        yield from _properties(below, (*path, name))


def _keys(values: Any, path: tuple[str, ...] = ()):
    if isinstance(values, dict):
        for name, below in values.items():
            yield (*path, name)
            yield from _keys(below, (*path, name))


FREE = ("nodeSelector", "policies", "issuerRef", "resources", "global")
"""Where users add keys of their own, or what Helm puts there."""


def test_schema_and_values_name_the_same() -> None:
    """A value that the schema does not know could not be set; one without a default is in no README."""
    known = {path for path in _properties(SCHEMA) if not set(path) & set(FREE)}
    given = {path for path in _keys(VALUES) if not set(path) & set(FREE)}
    assert known == given


def test_every_object_of_the_schema_refuses_unknown_keys() -> None:
    """`additionalProperties` is said wherever there are properties."""

    def objects(schema: Any):
        if isinstance(schema, dict):
            if "properties" in schema and "type" in schema:
                yield schema
            for below in schema.values():
                yield from objects(below)

    found = list(objects(SCHEMA))
    assert len(found) > 20
    assert all(each["additionalProperties"] is False for each in found)


def test_the_crd_is_structural() -> None:
    """Every part has a type, and what is not known is kept for the decoder to refuse: an API server would drop it."""

    def check(schema: dict[str, Any]) -> None:
        assert schema["type"] in {"object", "array", "string", "integer", "boolean"}
        assert "additionalProperties" not in schema
        assert "default" not in schema
        if schema["type"] == "object":
            assert schema["x-kubernetes-preserve-unknown-fields"] is True
        for below in schema.get("properties", {}).values():
            check(below)
        if schema["type"] == "array":
            check(schema["items"])

    check(SPEC)


def test_every_field_of_the_policy_is_in_the_crd() -> None:
    """All of them, under the names of the wire, and those with a text below them carry it."""
    assert set(SPEC["properties"]) == {
        "scope",
        "failOn",
        "gate",
        "allowedImports",
        "limits",
        "remoteSources",
        "scannedImages",
        "servingSwitches",
        "runtimeManagement",
        "undetermined",
        "liveVolumes",
        "emptyVolumes",
        "nonModelVolumes",
        "exceptions",
    }
    assert SPEC["properties"]["exceptions"]["items"]["required"] == ["reason", "owner", "expires"]
    assert SPEC["properties"]["limits"]["properties"]["seconds"]["minimum"] == 1
    assert "exact dotted names" in SPEC["properties"]["allowedImports"]["description"].lower()


DAY = {"reason": "checked by hand", "owner": "ml", "expires": "2027-01-31"}
GOOD: dict[tuple[str, str], tuple[dict[str, Any], tuple[str, ...]]] = {
    ("Gate", "image"): ({"gate": {"image": "r.example.com/g@sha256:" + "0" * 64}}, ("gate", "image")),
    ("Gate", "digests"): ({"gate": {"digests": ["sha256:" + "0" * 64]}}, ("gate", "digests", 0)),
    ("ScannedImage", "digest"): (
        {"scannedImages": [{"digest": "sha256:" + "0" * 64, "reason": "r"}]},
        ("scannedImages", 0, "digest"),
    ),
    ("RemoteSource", "prefix"): (
        {"remoteSources": [{"prefix": "org/name", "reason": "r"}]},
        ("remoteSources", 0, "prefix"),
    ),
    ("Exception_", "reason"): ({"exceptions": [{**DAY, "rule": "x"}]}, ("exceptions", 0, "reason")),
    ("Exception_", "owner"): ({"exceptions": [{**DAY, "rule": "x"}]}, ("exceptions", 0, "owner")),
    ("Exception_", "expires"): ({"exceptions": [{**DAY, "rule": "x"}]}, ("exceptions", 0, "expires")),
    ("Exception_", "sha256"): ({"exceptions": [{**DAY, "sha256": "0" * 64}]}, ("exceptions", 0, "sha256")),
}
TRIED = (
    "",
    " ",
    "org/name",
    "2027-13-01",
    "2027-01-31",
    "sha256:" + "0" * 63,
    "sha256:" + "0" * 64,
    "0" * 64,
    "x@sha256:",
)


@pytest.mark.parametrize("field", list(PATTERNS), ids=".".join)
def test_patterns_refuse_nothing_that_the_decoder_takes(field) -> None:
    """The decoder decides; what the definition refuses earlier, it would refuse as well."""
    spec, path = GOOD[field]
    assert _is_accepted(spec)
    for text in TRIED:
        changed = _with(spec, path, text)
        if _is_accepted(changed) and text:
            assert re.search(PATTERNS[field], text), text


def _is_accepted(spec: dict[str, Any]) -> bool:
    whole = {
        "apiVersion": policy_object.API_VERSION,
        "kind": policy_object.KIND,
        "metadata": {"name": "x"},
        "spec": spec,
    }
    try:
        decode_policy(whole)
    except PolicyError:
        return False
    return True


def _with(value: Any, path: tuple[Any, ...], text: str) -> Any:
    if not path:
        return text
    if isinstance(value, list):
        return [_with(each, path[1:], text) if index == path[0] else each for index, each in enumerate(value)]
    return {key: _with(each, path[1:], text) if key == path[0] else each for key, each in value.items()}
