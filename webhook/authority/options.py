"""From the reporter's arguments about certificates to the keeper they describe."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from webhook.authority.keeper import Keeper
from webhook.authority.steps import Terms
from webhook.cluster import Cluster
from webhook.metrics import AuthorityMetrics

if TYPE_CHECKING:
    import argparse

    from prometheus_client import CollectorRegistry


def terms(arguments: argparse.Namespace, namespace: str) -> Terms | None:
    """Return the terms to keep certificates on, None where none are kept; raise `ValueError` for those that cannot be."""
    if not arguments.certificate_secret:
        return None
    return Terms(
        names=(f"{arguments.certificate_service}.{namespace}.svc",),
        leaf_life=timedelta(hours=arguments.leaf_hours),
        authority_life=timedelta(hours=arguments.authority_hours),
        overlap=timedelta(hours=arguments.overlap_hours),
    )


def keeper(arguments: argparse.Namespace, namespace: str, registry: CollectorRegistry) -> Keeper | None:
    """Return the keeper that the arguments describe, None where they describe none."""
    agreed = terms(arguments, namespace)
    if agreed is None:
        return None
    given = {"validating": arguments.validating_configuration, "mutating": arguments.mutating_configuration}
    return Keeper(
        cluster=Cluster(),
        namespace=namespace,
        secret=arguments.certificate_secret,
        configurations={kind: name for kind, name in given.items() if name},
        terms=agreed,
        metrics=AuthorityMetrics(registry),
    )
