"""The keeper against an API server in memory, and against a real one where there is one."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from prometheus_client import CollectorRegistry

from tests.apiserver import api_server
from webhook.authority.holdings import AUTHORITY_KEY, BUNDLE, from_data, signed_by
from webhook.authority.keeper import RENEW_ANNOTATION, Keeper
from webhook.authority.steps import Terms
from webhook.cluster import UNPROCESSABLE, Cluster, ClusterError, SecretContent
from webhook.metrics import AuthorityMetrics

NAMESPACE = "weighbridge-system"
SECRET = "weighbridge-webhook-tls"
NAME = f"weighbridge-webhook.{NAMESPACE}.svc"
CONFIGURATIONS = {"validating": "weighbridge", "mutating": "weighbridge"}
NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def configuration() -> dict[str, Any]:
    """Two entries of one configuration, without an authority."""
    return {"webhooks": [{"name": f"{name}.weighbridge.dev", "clientConfig": {}} for name in ("enforce", "warn")]}


@dataclass
class Memory:
    """Of an API server what a keeper asks for."""

    data: dict[str, bytes] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    version: int = 1
    configurations: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {kind: configuration() for kind in CONFIGURATIONS}
    )
    patches: int = 0
    log: list[str] = field(default_factory=list)
    refuses: str = ""

    def read_secret(self, namespace: str, name: str) -> SecretContent:
        assert (namespace, name) == (NAMESPACE, SECRET)
        return SecretContent(dict(self.data), str(self.version), dict(self.annotations))

    def write_secret(self, _namespace: str, _name: str, data: dict[str, bytes], version: str) -> None:
        self._may("write")
        if version != str(self.version):
            raise ClusterError(UNPROCESSABLE, "the server rejected our request")
        self.data, self.version = dict(data), self.version + 1
        self.log.append("write")

    def webhook_configuration(self, kind: str, name: str) -> dict[str, Any] | None:
        assert CONFIGURATIONS[kind] == name
        return copy.deepcopy(self.configurations.get(kind))

    def patch_webhook_configuration(self, kind: str, _name: str, operations: list[dict[str, Any]]) -> None:
        self._may("patch")
        webhooks = self.configurations[kind]["webhooks"]
        for operation in operations:
            _, _, index, *rest = operation["path"].split("/")
            entry = webhooks[int(index)]
            if operation["op"] == "test":
                assert rest == ["name"]
                assert entry["name"] == operation["value"]
            else:
                assert rest == ["clientConfig", "caBundle"]
                entry["clientConfig"]["caBundle"] = operation["value"]
        self.patches += 1
        self.log.append("patch")

    def trusted(self) -> set[bytes]:
        """The bundles that the entries name."""
        return {
            base64.b64decode(entry["clientConfig"].get("caBundle", ""))
            for each in self.configurations.values()
            for entry in each["webhooks"]
        }

    def _may(self, what: str) -> None:
        if self.refuses == what:
            raise ClusterError(403, "Forbidden")


def keeper(cluster: Any, **changes: Any) -> Keeper:
    """A keeper whose bundles count as settled at once."""
    settings = {
        "cluster": cluster,
        "namespace": NAMESPACE,
        "secret": SECRET,
        "configurations": CONFIGURATIONS,
        "terms": Terms(names=(NAME,)),
        "metrics": AuthorityMetrics(CollectorRegistry()),
        "settled": 0.0,
    }
    return Keeper(**{**settings, **changes})


def test_the_first_round_makes_and_publishes() -> None:
    """First the Secret, then the configurations: what is trusted is never something that was lost."""
    memory = Memory()
    held = keeper(memory).take_round(NOW)
    assert memory.log == ["write", "patch", "patch"]
    assert memory.trusted() == {held.bundle} == {memory.data[BUNDLE]}
    assert from_data(memory.data).names == {NAME}


def test_a_round_with_nothing_to_do_writes_nothing() -> None:
    """Reads alone."""
    memory = Memory()
    kept = keeper(memory)
    kept.take_round(NOW)
    memory.log.clear()
    for hour in range(5):
        kept.take_round(NOW + hour * HOUR)
    assert memory.log == []


def test_an_entry_that_lost_the_authority_gets_it_again() -> None:
    """Somebody applied the configuration anew without it."""
    memory = Memory()
    kept = keeper(memory)
    held = kept.take_round(NOW)
    memory.configurations["mutating"] = configuration()
    kept.take_round(NOW)
    assert memory.trusted() == {held.bundle}
    assert memory.log == ["write", "patch", "patch", "patch"]


def test_nothing_new_is_served_before_it_is_trusted() -> None:
    """The bundle must have stood for a while; until then the old certificate stays, however long that takes."""
    memory = Memory()
    kept = keeper(memory, settled=3600.0)
    before = kept.take_round(NOW)
    memory.annotations[RENEW_ANNOTATION] = "2027-01-31T13:00:00Z"
    for _ in range(3):
        held = kept.take_round(NOW + HOUR)
        assert held.leaf == before.leaf
        assert len(held.authorities) == 2
        assert memory.trusted() == {held.bundle}
    kept.settled = 0.0
    renewed = kept.take_round(NOW + HOUR)
    assert renewed.is_signed_by_newest()
    assert len(renewed.authorities) == 2
    later = kept.take_round(NOW + 26 * HOUR)
    assert later.authorities == renewed.authorities[:1]
    assert memory.trusted() == {later.bundle}


def test_configurations_that_cannot_be_written_keep_the_old_certificate() -> None:
    """Without the right to patch, the authority may be made but nothing it signs is served."""
    memory = Memory()
    kept = keeper(memory)
    before = kept.take_round(NOW)
    memory.annotations[RENEW_ANNOTATION] = "2027-01-31T13:00:00Z"
    memory.refuses = "patch"
    for _ in range(3):
        with pytest.raises(ClusterError):
            kept.take_round(NOW + HOUR)
        assert from_data(memory.data).leaf == before.leaf


def test_a_missing_configuration_is_an_error_that_names_it() -> None:
    """Installed in part, or removed by somebody."""
    memory = Memory()
    del memory.configurations["mutating"]
    with pytest.raises(ClusterError, match="no mutating webhook configuration weighbridge"):
        keeper(memory).take_round(NOW)


def test_of_two_keepers_the_slower_gives_way() -> None:
    """Both find nothing; one writes; the other takes over what is there in its next round."""
    memory = Memory()
    first, second = keeper(memory), keeper(memory)
    real = memory.read_secret

    def late(namespace: str, name: str) -> SecretContent:
        content = real(namespace, name)
        memory.read_secret = real
        first.take_round(NOW)
        return content

    memory.read_secret = late
    assert second.take_round(NOW) is None
    assert second.take_round(NOW).to_data() == memory.data
    assert memory.log == ["write", "patch", "patch"]


@pytest.mark.parametrize("damage", [{}, {BUNDLE: b"nonsense"}, {AUTHORITY_KEY: b""}])
def test_a_secret_that_is_lost_costs_nothing(damage) -> None:
    """Everything is made anew, and what replicas still serve stays trusted until the overlap is over."""
    memory = Memory()
    kept = keeper(memory)
    before = kept.take_round(NOW)
    memory.data = {**memory.data, **damage} if damage else {}
    held = kept.take_round(NOW + HOUR)
    assert held.newest != before.newest
    (bundle,) = memory.trusted()
    assert any(signed_by(before.leaf, authority) for authority in x509.load_pem_x509_certificates(bundle))
    assert len(kept.take_round(NOW + 2 * DAY).authorities) == 1


def test_an_annotation_that_is_no_moment_changes_nothing() -> None:
    """And is said to be so in the log."""
    memory = Memory()
    kept = keeper(memory)
    before = kept.take_round(NOW)
    memory.annotations[RENEW_ANNOTATION] = "now"
    assert kept.take_round(NOW).to_data() == before.to_data()


def test_renewals_are_counted() -> None:
    """What was made, and when the authority ends."""
    registry = CollectorRegistry()
    kept = keeper(Memory(), metrics=AuthorityMetrics(registry))
    held = kept.take_round(NOW)
    kept.take_round(NOW)
    renewals = "weighbridge_certificate_renewals_total"
    assert registry.get_sample_value(renewals, {"what": "authority"}) == 1
    assert registry.get_sample_value(renewals, {"what": "certificate"}) == 1
    assert registry.get_sample_value("weighbridge_certificate_rounds_total", {"outcome": "done"}) == 2
    end = registry.get_sample_value("weighbridge_authority_not_after_timestamp_seconds")
    assert end == held.newest.not_valid_after_utc.timestamp()


def real_configuration(kind: str) -> dict[str, Any]:
    """A configuration as the chart writes it, for a service that is not there."""
    entry = {
        "name": "enforce.weighbridge.dev",
        "clientConfig": {
            "service": {"name": "weighbridge-webhook", "namespace": NAMESPACE, "path": "/validate/enforce"}
        },
        "rules": [{"apiGroups": ["x.example.com"], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["*"]}],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind.capitalize()}WebhookConfiguration",
        "metadata": {"name": "weighbridge"},
        "webhooks": [entry, {**entry, "name": "warn.weighbridge.dev"}],
    }


def test_against_a_real_api_server(tmp_path, monkeypatch) -> None:
    """An empty Secret is filled, both configurations trust it, a write over an old version is refused as said."""
    with api_server(tmp_path) as processes:
        server = processes.server
        monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
        metadata = {"name": SECRET, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/managed-by": "Helm"}}
        server.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
            {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata},
            *(real_configuration(kind) for kind in CONFIGURATIONS),
        )
        cluster = Cluster()
        old = cluster.read_secret(NAMESPACE, SECRET)
        kept = keeper(cluster)
        now = datetime.now(UTC)
        held = kept.take_round(now)
        assert kept.take_round(now).to_data() == held.to_data()
        found = cluster.read_secret(NAMESPACE, SECRET)
        assert dict(found.data) == held.to_data()
        assert server.get("secret", SECRET, "-n", NAMESPACE)["metadata"]["labels"] == metadata["labels"]
        for kind in CONFIGURATIONS:
            webhooks = server.get(f"{kind}webhookconfiguration", "weighbridge")["webhooks"]
            assert {base64.b64decode(each["clientConfig"]["caBundle"]) for each in webhooks} == {held.bundle}
        with pytest.raises(ClusterError) as refused:
            cluster.write_secret(NAMESPACE, SECRET, held.to_data(), old.version)
        assert refused.value.status == UNPROCESSABLE
        assert cluster.webhook_configuration("validating", "other") is None
