"""What the arguments that the webhook and the reporter share come to: where policies are from, and for which namespace."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from webhook.manifests import read_documents
from webhook.parsers import DEFAULT_NAMESPACE
from webhook.policy import PolicyError, compile_policy, decode_policy
from webhook.stores import Static, Stores

if TYPE_CHECKING:
    import argparse

    from webhook.policy import CompiledPolicy

USAGE: Final = 4
_NAMESPACE_FILE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def stores(arguments: argparse.Namespace) -> Stores:
    """Return stores for watches to fill, with the policies of files where files were given."""
    given = _policies(arguments.policy)
    default = arguments.default_policy
    if given and default and default not in given:
        raise ValueError(f"--default-policy {default}: the files hold {', '.join(sorted(given))}")
    return Stores(
        own_namespace=namespace(arguments),
        injects=getattr(arguments, "injects", False),
        default=default,
        given=given,
    )


def static(arguments: argparse.Namespace) -> Static:
    """Return knowledge from files alone."""
    policies = _policies(arguments.policy)
    if not policies:
        raise ValueError("--no-cluster needs --policy")
    return Static(
        policies=policies,
        namespaces=dict(_assignment(text) for text in arguments.namespace_policy),
        default=arguments.default_policy,
        own_namespace=namespace(arguments),
        injects=arguments.injects,
    )


def namespace(arguments: argparse.Namespace) -> str:
    """Return the namespace the process runs in."""
    if arguments.own_namespace:
        return str(arguments.own_namespace)
    with contextlib.suppress(OSError):
        return _NAMESPACE_FILE.read_text().strip()
    return DEFAULT_NAMESPACE


def _assignment(text: str) -> tuple[str, str]:
    name, equals, policy = text.partition("=")
    if not (name and equals and policy):
        raise ValueError(f"--namespace-policy takes NAMESPACE=NAME, not {text!r}")
    return name, policy


def _policies(files: list[str]) -> dict[str, CompiledPolicy]:
    policies: dict[str, CompiledPolicy] = {}
    for file in files:
        for policy in read_policies(file):
            if policy.name in policies:
                raise ValueError(f"{file}: a second policy is called {policy.name}")
            policies[policy.name] = policy
    return policies


def read_policies(file: str) -> list[CompiledPolicy]:
    """Read every ModelPolicy of a file; raise `ValueError` naming file and field where one is wrong or none is there."""
    policies = []
    for document in read_documents(file):
        if document.complaint:
            raise ValueError(f"{file}: {document.complaint}")
        try:
            policies.append(compile_policy(decode_policy(document.value)))
        except PolicyError as error:
            raise ValueError(f"{file}: {error}") from error
    if not policies:
        raise ValueError(f"{file}: holds no ModelPolicy")
    return policies
