"""What decisions rest on, in memory: policies, namespaces and claims as the API server last told them.

Two sources fill it: files (`Static`, nothing else is needed) and watches (`Stores`, filled by `webhook.handlers`). The
watches run in a thread of their own. Every change is one assignment or one deletion in a dictionary, so a review that
runs meanwhile sees the object before or after the change, never in between.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from webhook.policy import PolicyError, compile_policy, decode_policy
from webhook.policy_object import ADMINISTRATORS_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from webhook.policy import CompiledPolicy
    from webhook.review import Mode

logger = logging.getLogger(__name__)

LABEL_PREFIX: Final = "weighbridge.dev/"
POLICIES: Final = "modelpolicies"
NAMESPACES: Final = "namespaces"
CLAIMS: Final = "persistentvolumeclaims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Static:
    """Policies from files and one policy for each namespace: no cluster, and so no claims."""

    policies: Mapping[str, CompiledPolicy]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Namespace -> name of its policy."""
    default: str | None = None
    """Name of the policy of all other namespaces; None: they have none."""
    own_namespace: str = "weighbridge-system"
    injects: bool = False
    loaded: bool = True
    last_contact: float = 0.0

    def __post_init__(self) -> None:
        for name in [*self.namespaces.values(), *([self.default] if self.default else [])]:
            if name not in self.policies:
                raise ValueError(f"no policy is called {name}; there are: {', '.join(sorted(self.policies)) or 'none'}")

    def policy_for(self, namespace: str, mode: Mode) -> CompiledPolicy | None:  # noqa: ARG002 the same in every mode
        """Return the policy of the namespace, None where it has none."""
        name = self.namespaces.get(namespace, self.default)
        return self.policies[name] if name else None

    def compiled(self) -> list[CompiledPolicy]:
        """Return every policy."""
        return list(self.policies.values())

    def errors(self) -> dict[str, str]:
        """Return nothing: a policy with an error is not taken in."""
        return {}

    def counts(self) -> dict[str, int]:
        """Return how many objects are held, by resource."""
        return {POLICIES: len(self.policies)}

    def claim(self, namespace: str, name: str) -> None:
        """Return None: without a cluster no claim is known."""


@dataclass(slots=True, kw_only=True)
class Known:
    """One policy object, by what came of it."""

    version: str
    """Its resource version."""
    compiled: CompiledPolicy | None
    """What is in force: the last edition that was understood, None where none was."""
    error: str = ""
    """What is wrong with the newest edition."""


@dataclass(slots=True, kw_only=True)
class Stores:
    """Policies, namespaces and claims of a cluster, kept up to date by watches."""

    own_namespace: str = "weighbridge-system"
    injects: bool = False
    default: str | None = None
    """Policy of namespaces without a label (opt-out); None: a namespace without a label is not judged (opt-in)."""
    loaded: bool = False
    """Whether everything was loaded once. It stays true when the API server goes away: old knowledge still decides."""
    last_contact: float = 0.0
    """When the API server last confirmed the content, in seconds since 1970."""
    given: Mapping[str, CompiledPolicy] = field(default_factory=dict)
    """Policies from files; where there are some, the cluster's ModelPolicy objects are not read."""
    _policies: dict[str, Known] = field(default_factory=dict)
    _namespaces: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _claims: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    _touched: dict[tuple[str, str, str], float] = field(default_factory=dict)
    """(resource, namespace, name) -> when it was last seen, so that a list does not undo what came after it."""

    def policy_for(self, namespace: str, mode: Mode) -> CompiledPolicy | None:
        """Return the policy the namespace is under in this mode; None where it, or the policy, is not known."""
        labels = self._namespaces.get(namespace)
        if labels is None:
            return None
        name = labels.get(f"{LABEL_PREFIX}{mode.value}", self.default)
        if not name or name in self.given:
            return self.given[name] if name else None
        known = self._policies.get(name)
        return known.compiled if known else None

    @property
    def followed(self) -> tuple[str, ...]:
        """The resources that watches have to fill in."""
        return (NAMESPACES, CLAIMS) if self.given else (POLICIES, NAMESPACES, CLAIMS)

    def claim(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """Return the PersistentVolumeClaim as it stands in the API server, None where it is not known."""
        return self._claims.get((namespace, name))

    def policy(self, name: str) -> Known | None:
        """Return what came of a policy object."""
        return self._policies.get(name)

    def compiled(self) -> list[CompiledPolicy]:
        """Return every policy that is in force."""
        return [*self.given.values()] + [known.compiled for known in list(self._policies.values()) if known.compiled]

    def errors(self) -> dict[str, str]:
        """Return what is wrong with policies whose last edit is not in force, by name."""
        return {name: known.error for name, known in list(self._policies.items()) if known.error}

    def counts(self) -> dict[str, int]:
        """Return how many objects are held, by resource."""
        return {
            POLICIES: len(self._policies) + len(self.given),
            NAMESPACES: len(self._namespaces),
            CLAIMS: len(self._claims),
        }

    def put(self, resource: str, body: Mapping[str, Any]) -> None:
        """Take in an object that was created, changed or listed."""
        metadata = body["metadata"]
        name, namespace = metadata["name"], metadata.get("namespace", "")
        self._touched[resource, namespace, name] = time.monotonic()
        if resource == POLICIES:
            self._put_policy(name, body)
        elif resource == NAMESPACES:
            self._namespaces[name] = _own_labels(metadata.get("labels") or {})
        else:
            self._claims[namespace, name] = _claim_essence(body)

    def drop(self, resource: str, namespace: str, name: str) -> None:
        """Forget an object that was deleted."""
        self._touched.pop((resource, namespace, name), None)
        if resource == POLICIES:
            self._policies.pop(name, None)
        elif resource == NAMESPACES:
            self._namespaces.pop(name, None)
        else:
            self._claims.pop((namespace, name), None)

    def keys(self, resource: str) -> set[tuple[str, str]]:
        """Return namespace and name of every object that is held."""
        return {(namespace, name) for kind, namespace, name in list(self._touched) if kind == resource}

    def prune(self, resource: str, present: Iterable[tuple[str, str]], asked: float) -> list[tuple[str, str]]:
        """Forget what a list that was asked for at `asked` (monotonic) no longer holds; return what was forgotten.

        A watch that was interrupted for long begins anew with a list, and kopf reports only what is in that list: what
        was deleted meanwhile would stay for ever.
        """
        present = set(present)
        gone = [
            (namespace, name)
            for (kind, namespace, name), seen in list(self._touched.items())
            if kind == resource and seen < asked and (namespace, name) not in present
        ]
        for namespace, name in gone:
            self.drop(resource, namespace, name)
        return gone

    def _put_policy(self, name: str, body: Mapping[str, Any]) -> None:
        before = self._policies.get(name)
        version = str(body["metadata"].get("resourceVersion", ""))
        try:
            policy = decode_policy({name: body[name] for name in ADMINISTRATORS_FIELDS if name in body})
            compiled = compile_policy(policy, _previous(before, body))
        except PolicyError as error:
            # The last valid edition stays in force: a slip of the pen must not stop every model server from starting.
            in_force = before.compiled if before else None
            self._policies[name] = Known(version=version, compiled=in_force, error=str(error))
            logger.warning("policy is invalid", extra={"fields": {"policy": name, "error": str(error)}})
            return
        self._policies[name] = Known(version=version, compiled=compiled)


def _previous(before: Known | None, body: Mapping[str, Any]) -> list[str]:
    compiled = before.compiled if before else None
    own = [compiled.hash, *compiled.recent] if compiled else []
    status = body.get("status")
    recorded = status.get("recentHashes") if isinstance(status, dict) else None
    return [*own, *(value for value in recorded or () if isinstance(value, str))]


def _own_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    return {key: value for key, value in labels.items() if key.startswith(LABEL_PREFIX)}


def _claim_essence(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = {key: body["metadata"][key] for key in ("name", "namespace") if key in body["metadata"]}
    return {
        "metadata": metadata,
        "spec": body.get("spec") or {},
        "status": {"phase": (body.get("status") or {}).get("phase")},
    }
