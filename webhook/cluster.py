"""The only module that meets the `kubernetes` client: plain JSON in, plain JSON out, blocking, for threads.

Typed models are not used: they drop or refuse the fields that are newer than they are.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from webhook.policy_object import GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MANAGER: Final = "weighbridge-reporter"
"""Whose the authority in a webhook configuration is, for whoever applies another one."""
PAGE: Final = 500
"""Objects of one page of a list."""
TIMEOUT: Final = (5, 30)
"""Seconds to connect, and to wait for an answer."""

NOT_FOUND: Final = 404
CONFLICT: Final = 409
UNPROCESSABLE: Final = 422
"""What a JSON patch gets whose `test` does not hold."""


class ClusterError(Exception):
    """The API server refused or could not be reached. `status` is its HTTP status, 0 where it gave none."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return f"the API server answered {self.status} {self.reason}" if self.status else self.reason


@dataclass(frozen=True, slots=True)
class Stored:
    """The content of a ConfigMap and the version it was read or written at; empty: there is none yet."""

    content: bytes = b""
    version: str = ""


@dataclass(frozen=True, slots=True)
class SecretContent:
    """What a Secret holds, the version it was read at, and its annotations."""

    data: Mapping[str, bytes]
    version: str
    annotations: Mapping[str, str]


class Cluster:
    """The API server as this process may use it: service account in a pod, else the kubeconfig."""

    def __init__(self) -> None:
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException

        try:
            config.load_config()  # type: ignore[no-untyped-call]
        except ConfigException as error:
            raise ClusterError(0, f"no way to the API server: {error}") from error
        self._core = client.CoreV1Api()
        self._apps = client.AppsV1Api()
        self._batch = client.BatchV1Api()
        self._coordination = client.CoordinationV1Api()
        self._custom = client.CustomObjectsApi()
        self._registration = client.AdmissionregistrationV1Api()

    def policies(self) -> Iterator[Mapping[str, Any]]:
        """List every ModelPolicy."""
        custom = self._custom

        def page(**options: Any) -> Any:
            return custom.list_cluster_custom_object(GROUP, VERSION, "modelpolicies", **options)

        return _pages(page)

    def write_policy_status(self, name: str, status: Mapping[str, Any]) -> None:
        """Replace fields of a ModelPolicy's status."""
        call = self._custom.patch_cluster_custom_object_status
        place = {"group": GROUP, "version": VERSION, "plural": "modelpolicies", "name": name}
        _json(call, **place, body={"status": dict(status)})

    def namespaces(self) -> Iterator[Mapping[str, Any]]:
        """List every namespace."""
        return _pages(self._core.list_namespace)

    def claims(self) -> Iterator[Mapping[str, Any]]:
        """List every PersistentVolumeClaim."""
        return _pages(self._core.list_persistent_volume_claim_for_all_namespaces)

    def pods(self, selector: str = "") -> Iterator[Mapping[str, Any]]:
        """List pods of all namespaces, page by page."""
        return _pages(self._core.list_pod_for_all_namespaces, label_selector=selector)

    def owner(self, claimed: Mapping[str, Any], namespace: str) -> Mapping[str, Any] | None:
        """
        Return the controller of the ReplicaSet or Job that an owner reference claims.

        None where it has none, is gone, is another of that name, or is of another kind.
        """
        reads = {"ReplicaSet": self._apps.read_namespaced_replica_set, "Job": self._batch.read_namespaced_job}
        if claimed["kind"] not in reads:
            return None
        try:
            body = _json(reads[claimed["kind"]], name=claimed["name"], namespace=namespace)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        owners = body["metadata"].get("ownerReferences") or ()
        if body["metadata"].get("uid") != claimed.get("uid"):
            return None
        return next((owner for owner in owners if owner.get("controller")), None)

    def create_event(self, event: Mapping[str, Any]) -> bool:
        """Create an event; return False where one of that name exists."""
        try:
            _json(self._core.create_namespaced_event, namespace=event["metadata"]["namespace"], body=event)
        except ClusterError as error:
            if error.status == CONFLICT:
                return False
            raise
        return True

    def read_store(self, namespace: str, name: str, key: str) -> Stored:
        """Read bytes from a ConfigMap; empty where there is none."""
        try:
            body = _json(self._core.read_namespaced_config_map, name=name, namespace=namespace)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return Stored()
            raise
        text = (body.get("binaryData") or {}).get(key, "")
        return Stored(base64.b64decode(text), body["metadata"]["resourceVersion"])

    def write_store(self, namespace: str, name: str, key: str, stored: Stored) -> Stored:
        """Write bytes to a ConfigMap that is still at `stored.version`; a `ClusterError` 409 says that it is not."""
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "binaryData": {key: base64.b64encode(stored.content).decode()},
        }
        if stored.version:
            body["metadata"]["resourceVersion"] = stored.version
            written = _json(self._core.replace_namespaced_config_map, name=name, namespace=namespace, body=body)
        else:
            written = _json(self._core.create_namespaced_config_map, namespace=namespace, body=body)
        return Stored(stored.content, written["metadata"]["resourceVersion"])

    def read_lease(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """Return a Lease, None where there is none."""
        try:
            return _json(self._coordination.read_namespaced_lease, name=name, namespace=namespace)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def write_lease(self, lease: Mapping[str, Any]) -> None:
        """Create a Lease, or replace the version of it that `lease` names."""
        name, namespace = lease["metadata"]["name"], lease["metadata"]["namespace"]
        if lease["metadata"].get("resourceVersion"):
            _json(self._coordination.replace_namespaced_lease, name=name, namespace=namespace, body=lease)
        else:
            _json(self._coordination.create_namespaced_lease, namespace=namespace, body=lease)

    def read_secret(self, namespace: str, name: str) -> SecretContent:
        """Read a Secret."""
        body = _json(self._core.read_namespaced_secret, name=name, namespace=namespace)
        data = {key: base64.b64decode(value) for key, value in (body.get("data") or {}).items()}
        metadata = body["metadata"]
        return SecretContent(data, metadata["resourceVersion"], metadata.get("annotations") or {})

    def write_secret(self, namespace: str, name: str, data: Mapping[str, bytes], version: str) -> None:
        """Replace the data of a Secret that is still at `version`; a `ClusterError` 409 or 422 says that it is not."""
        encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
        patch = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/data", "value": encoded},
        ]
        _json(self._core.patch_namespaced_secret, name=name, namespace=namespace, body=patch)

    def webhook_configuration(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """Return a webhook configuration, `validating` or `mutating`; None where there is none."""
        reads = {
            "validating": self._registration.read_validating_webhook_configuration,
            "mutating": self._registration.read_mutating_webhook_configuration,
        }
        try:
            return _json(reads[kind], name=name)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def patch_webhook_configuration(self, kind: str, name: str, operations: list[dict[str, Any]]) -> None:
        """Apply a JSON patch to a webhook configuration."""
        patches = {
            "validating": self._registration.patch_validating_webhook_configuration,
            "mutating": self._registration.patch_mutating_webhook_configuration,
        }
        _json(patches[kind], name=name, body=operations, field_manager=MANAGER)


def _pages(call: Callable[..., Any], **options: Any) -> Iterator[Mapping[str, Any]]:
    token = ""
    while True:
        page = _json(call, limit=PAGE, _continue=token, **options)
        yield from page["items"]
        token = page["metadata"].get("continue", "")
        if not token:
            return


def _json(call: Callable[..., Any], **options: Any) -> dict[str, Any]:
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        answer = call(_preload_content=False, _request_timeout=TIMEOUT, **options)
        return cast("dict[str, Any]", json.loads(answer.data))
    except ApiException as error:
        raise ClusterError(error.status or 0, str(error.reason)) from error
    except (HTTPError, OSError, ValueError) as error:
        raise ClusterError(0, repr(error)) from error
