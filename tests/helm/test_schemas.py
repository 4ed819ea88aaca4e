"""Every rendered object against the types of the Kubernetes API, and of the operators whose objects the chart writes."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from kubernetes import client
from pydantic import ValidationError

from tests.helm.rendering import CHART, VALUES, VERSIONS

MATRIX = [
    pytest.param(values, version, id=f"{name}-{version}") for name, values in VALUES.items() for version in VERSIONS
]

ISSUER_REF = {"name": str, "kind": str, "group": str}
LABELS = {"matchLabels": dict}
OPERATORS: dict[str, Any] = {
    # https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec
    "Certificate": {
        "secretName": str,
        "isCA": bool,
        "commonName": str,
        "dnsNames": list,
        "duration": str,
        "renewBefore": str,
        "usages": list,
        "privateKey": {"algorithm": str, "size": int, "rotationPolicy": str},
        "issuerRef": ISSUER_REF,
    },
    "Issuer": {"selfSigned": dict, "ca": {"secretName": str}},
    # https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitorSpec
    "ServiceMonitor": {
        "selector": LABELS,
        "endpoints": [{"port": str, "path": str, "interval": str, "honorLabels": bool}],
    },
    "PrometheusRule": {"groups": list},
}
"""Kind -> the fields of its `spec` that the chart may write, and their types."""


def problems(value: Any, known: Any, path: str = "spec"):
    """Yield what stands in a value and is not known, or is of another type."""
    if isinstance(known, dict):
        for key, below in value.items():
            yield from problems(below, known[key], f"{path}.{key}") if key in known else [f"{path}.{key}"]
    elif isinstance(known, list):
        for index, below in enumerate(value):
            yield from problems(below, known[0], f"{path}[{index}]")
    elif not isinstance(value, known):
        yield f"{path}: {value!r}"


def model(kind: str) -> Any:
    """Return the class of a kind of Kubernetes' own; it refuses fields it does not know."""
    return getattr(client, f"V1{kind}")


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_rendered_objects_are_what_the_api_knows(chart, values, version) -> None:
    """No unknown field, no wrong type, nothing missing that is required."""
    definition = yaml.safe_load((CHART / "crds" / "modelpolicies.yaml").read_text())
    policy = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for each in chart.objects(values, version):
        if each["kind"] in OPERATORS:
            assert not list(problems(each["spec"], OPERATORS[each["kind"]]))
        elif each["kind"] == "ModelPolicy":
            jsonschema.validate(each, policy)
        else:
            model(each["kind"]).model_validate(each)


def test_the_definition_is_what_the_api_knows() -> None:
    """The CRD too."""
    client.V1CustomResourceDefinition.model_validate(
        yaml.safe_load((CHART / "crds" / "modelpolicies.yaml").read_text())
    )


def test_unknown_fields_are_seen(chart) -> None:
    """The types refuse a field that is not theirs, deep inside: without that the test above would prove nothing."""
    deployment = chart.one("Deployment", "webhook")
    deployment = {**deployment, "spec": {**deployment["spec"], "template": {"spec": {"containerz": []}}}}
    with pytest.raises(ValidationError, match="containerz"):
        model("Deployment").model_validate(deployment)
    assert list(problems({"issuerRef": {"nam": "x"}}, OPERATORS["Certificate"])) == ["spec.issuerRef.nam"]
