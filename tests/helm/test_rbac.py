"""The rights of the service accounts are those that the code uses: no right is missing, and none is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from tests.helm.rendering import EVERYTHING, NAMESPACE, VALUES, of_kind
from webhook import handlers
from webhook.authority.holdings import BUNDLE
from webhook.policy_object import GROUP
from webhook.reporter import watching
from webhook.stores import CLAIMS, NAMESPACES, POLICIES

ROOT = Path(__file__).parents[2]
VERBS = {"list": "list", "read": "get", "create": "create", "replace": "update", "patch": "patch", "delete": "delete"}
GROUPS = {
    "_core": "",
    "_apps": "apps",
    "_batch": "batch",
    "_coordination": "coordination.k8s.io",
    "_registration": "admissionregistration.k8s.io",
}
"""Attribute of `Cluster` that holds a client -> the group that client speaks to."""
WEBHOOK_METHODS = frozenset({"policies", "namespaces", "claims"})
"""Of `Cluster`, what the webhook calls; `test_the_webhook_calls_what_is_listed` keeps this true."""

Right = tuple[str, str, str]


def _calls() -> dict[str, set[Right]]:
    """Return, for each method of `Cluster`, the rights its calls to the client need."""
    tree = ast.parse((ROOT / "webhook/cluster.py").read_text())
    (cluster,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Cluster"]
    methods = [node for node in cluster.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("__")]
    return {method.name: {right for right in _rights(method) if right} for method in methods}


def _rights(method: ast.FunctionDef):
    aliases = {
        target.id: statement.value.attr
        for statement in ast.walk(method)
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Attribute)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    plurals = {node.value for node in ast.walk(method) if isinstance(node, ast.Constant) and node.value == POLICIES}
    for node in ast.walk(method):
        if not isinstance(node, ast.Attribute):
            continue
        client = (
            node.value.attr if isinstance(node.value, ast.Attribute) else aliases.get(getattr(node.value, "id", ""))
        )
        if client in GROUPS:
            yield _right(GROUPS[client], node.attr)
        elif client == "_custom":
            verb, _, rest = node.attr.partition("_")
            assert plurals, f"{method.name}: which custom resource?"
            yield GROUP, f"{POLICIES}/status" if rest.endswith("_status") else POLICIES, VERBS[verb]


def _right(group: str, name: str) -> Right:
    verb, _, what = name.partition("_")
    what = what.removeprefix("namespaced_").removesuffix("_for_all_namespaces").replace("_", "")
    return group, f"{what}s", VERBS[verb]


def _watched() -> set[Right]:
    rights = set()
    for resource, selector in handlers._SELECTORS.items():
        group, _, plural = selector
        assert plural == resource
        rights |= {(group, plural, verb) for verb in ("list", "watch")}
    return rights


def _granted(objects: list[dict[str, Any]], component: str) -> dict[str, set[Right]]:
    granted: dict[str, set[Right]] = {}
    for kind in ("ClusterRole", "Role"):
        granted[kind] = {
            (group, resource, verb)
            for role in of_kind(objects, kind, component)
            for rule in role["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        }
    return granted


OWN = {"configmaps", "leases", "secrets"}
"""What is read and written in the own namespace alone."""


def test_the_reporter_may_do_what_it_does(chart) -> None:
    """Every call of the module that meets the API server, and every watch; of its own namespace's objects only there."""
    needed = {right for rights in _calls().values() for right in rights} | _watched()
    needed |= {("", "pods", "list"), ("", "pods", "watch")}
    granted = _granted(chart.objects(), "reporter")
    assert granted["Role"] == {right for right in needed if right[1] in OWN}
    assert granted["ClusterRole"] == {right for right in needed if right[1] not in OWN}


def test_the_webhook_may_read_what_it_follows(chart) -> None:
    """Nothing else, and no Secret."""
    needed = _watched() | {right for name in WEBHOOK_METHODS for right in _calls()[name]}
    assert _granted(chart.objects(), "webhook") == {"ClusterRole": needed, "Role": set()}


def test_the_webhook_calls_what_is_listed() -> None:
    """The webhook's process confirms its knowledge and asks for nothing else."""
    called = set()
    for module in ("serve", "handlers"):
        text = (ROOT / f"webhook/{module}.py").read_text()
        called |= set(re.findall(r"\bcluster\.(\w+)", text)) & set(_calls())
    assert called == WEBHOOK_METHODS


def test_the_code_that_is_read_is_the_code_that_calls() -> None:
    """The reader of the module sees its calls: were it blind, both sides would be empty."""
    calls = _calls()
    assert calls["claims"] == {("", "persistentvolumeclaims", "list")}
    assert calls["owner"] == {("apps", "replicasets", "get"), ("batch", "jobs", "get")}
    assert calls["write_secret"] == {("", "secrets", "patch")}
    assert calls["policies"] == {(GROUP, POLICIES, "list")}
    assert len(calls["patch_webhook_configuration"]) == 2
    assert all(calls.values())


def test_nobody_else_meets_the_api_server() -> None:
    """Watches are registered in two modules, the client is used in one."""
    for path in (ROOT / "webhook").rglob("*.py"):
        text = path.read_text()
        if re.search(r"kopf\.(on\.(event|create|update|resume|delete|field)|index|daemon|timer)\(", text):
            assert path.name in {"handlers.py", "watching.py"}
        if re.search(r"^\s*(from|import) kubernetes\b", text, re.MULTILINE):
            assert path.name == "cluster.py"
    assert watching.SELECTOR


@pytest.mark.parametrize("values", [VALUES["files"], VALUES["supplied"], VALUES["no-injection"]])
def test_rights_that_are_not_used_are_not_given(chart, values) -> None:
    """Without policies as objects none on them; without self-managed certificates none on Secrets and configurations."""
    granted = _granted(chart.objects(values), "reporter")
    resources = {resource for rights in granted.values() for _, resource, _ in rights}
    assert (POLICIES in resources) == (values != VALUES["files"])
    keeps = values != VALUES["supplied"]
    assert ("secrets" in resources) == ("validatingwebhookconfigurations" in resources) == keeps
    assert ("mutatingwebhookconfigurations" in resources) == (values == VALUES["files"])


def test_writing_is_bound_to_names(chart) -> None:
    """Whatever is changed has a name; only creation and the status of policies cannot be bound to one."""
    for values in ({}, EVERYTHING):
        for role in [*of_kind(chart.objects(values), "ClusterRole"), *of_kind(chart.objects(values), "Role")]:
            for rule in role["rules"]:
                if {"update", "patch", "delete"} & set(rule["verbs"]) and rule["resources"] != [f"{POLICIES}/status"]:
                    assert rule["resourceNames"], rule
            assert not any("*" in (*rule["verbs"], *rule["resources"], *rule["apiGroups"]) for rule in role["rules"])


def test_bindings_bind_what_is_there(chart) -> None:
    """Each binding names a role and an account of this release, each account is used by a Deployment."""
    objects = chart.objects()
    accounts = {each["metadata"]["name"] for each in of_kind(objects, "ServiceAccount")}
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for binding in of_kind(objects, kind):
            assert of_kind(objects, binding["roleRef"]["kind"], binding["roleRef"]["name"])
            (subject,) = binding["subjects"]
            assert subject["namespace"] == NAMESPACE
            assert subject["name"] in accounts
    used = {each["spec"]["template"]["spec"]["serviceAccountName"] for each in of_kind(objects, "Deployment")}
    assert used == accounts


def test_names_in_the_rules_are_those_the_programs_are_told(chart) -> None:
    """Secret, store, lease and configurations of the arguments are the ones the rules name."""
    objects = chart.objects()
    (deployment,) = of_kind(objects, "Deployment", "reporter")
    words = deployment["spec"]["template"]["spec"]["containers"][0]["args"][1:]
    told = dict(word.removeprefix("--").split("=", 1) for word in words)
    named = {
        resource: name
        for kind in ("ClusterRole", "Role")
        for role in of_kind(objects, kind, "reporter")
        for rule in role["rules"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames", ())
    }
    assert named == {
        "secrets": told["certificate-secret"],
        "configmaps": told["store"],
        "leases": told["lease"],
        "validatingwebhookconfigurations": told["validating-configuration"],
        "mutatingwebhookconfigurations": told["mutating-configuration"],
    }
    for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        (configuration,) = of_kind(objects, kind)
        assert configuration["metadata"]["name"] in named.values()
    (service,) = of_kind(objects, "Service", "webhook")
    assert told["certificate-service"] == service["metadata"]["name"]
    (secret,) = of_kind(objects, "Secret")
    assert told["certificate-secret"] == secret["metadata"]["name"]
    (test,) = of_kind(objects, "Pod")
    assert test["spec"]["volumes"][0]["secret"]["items"][0]["key"] == BUNDLE
    assert {NAMESPACES, CLAIMS} <= {resource for _, resource, _ in _granted(objects, "webhook")["ClusterRole"]}
