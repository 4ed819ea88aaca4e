"""What an administrator asks of model volumes: the `ModelPolicy` object, decoded strictly and compiled once.

A policy is decoded when it changes, never during a review. An unknown or misspelt field is an error that names the
field: a policy half understood would be a policy half enforced.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from initcontainer.contract import ContractError, GateConfig, GatedVolume, Waiver, digest_of
from scanners.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GROUP = "weighbridge.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "ModelPolicy"
ADMINISTRATORS_FIELDS = ("apiVersion", "kind", "metadata", "spec")
"""What of an object is the administrator's; the rest is written by the cluster."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_NO_DIGEST = "expected sha256: and 64 hexadecimal digits, got {!r}"
_REMEMBERED = 16
"""How many former hashes of one policy stay known, so that pods made under them come back after a node is lost."""


class PolicyError(ValueError):
    """A policy that cannot be understood: which field, and why."""

    def __init__(self, field_path: str, message: str) -> None:
        super().__init__(field_path, message)
        self.field_path = field_path
        self.message = message

    def __str__(self) -> str:
        return f"{self.field_path}: {self.message}" if self.field_path else self.message


class Scope(StrEnum):
    """Which pods a policy judges."""

    INFERENCE = "Inference"
    """Pods with a sign of serving a model: a known server, an accelerator, a model's name, path or file."""
    EVERYTHING = "Everything"
    """Every pod; every volume that can hold files counts as a model volume."""


class Answer(StrEnum):
    """What a policy says to something it cannot rule out."""

    ALLOW = "Allow"
    WARN = "Warn"
    DENY = "Deny"


class FailOn(StrEnum):
    """The lowest severity of a finding that keeps the gate shut."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class _Struct(
    msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel", kw_only=True, omit_defaults=True
):
    """The house form of everything inside a policy."""


class Gate(_Struct, frozen=True):
    """The scanning init container that the policy accepts."""

    image: str = ""
    """What injection writes, by digest; empty: nothing is injected under this policy."""
    digests: tuple[str, ...] = ()
    """Digests that are trusted, `sha256:...`, from any repository. Several, so that upgrades overlap."""
    run_as_user: int | None = None
    """The uid gates run as; absent: the uid of the server whose volume they examine."""
    read_only_mounts: bool = True
    """Whether injection makes the mounts of model volumes after the gate read-only."""
    resources: dict[str, Any] = msgspec.field(default_factory=dict)
    """Requests and limits of injected gates, as in a container."""


class RemoteSource(_Struct, frozen=True):
    """A source a server may fetch its model from although no gate sees it."""

    prefix: str
    """The beginning of the reference, as the server is given it: `hf://org/name`, `org/name`, `s3://bucket/path/`."""
    reason: str


class ScannedImage(_Struct, frozen=True):
    """A server's image whose own files were examined before, so that the model in it needs no gate."""

    digest: str
    """`sha256:...` of the image."""
    reason: str
    """Who examined it, and how."""


class NonModelVolume(_Struct, frozen=True):
    """A volume that is no model volume. All fields that are given must match."""

    reason: str
    name: str = ""
    """The volume's name in the pod. Whoever writes pods chooses it: combine it with something firmer."""
    claim: str = ""
    """The name of the PersistentVolumeClaim behind it."""
    host_path: str = ""
    """The directory of the node behind it, exactly."""
    mount_path: str = ""
    """Where every container mounts it."""
    namespaces: tuple[str, ...] = ()


class Exception_(_Struct, frozen=True):  # noqa: N801 - the builtin has the name
    """A finding that is waived: by rule, by file digest, or both; always with a reason, an owner and an end."""

    reason: str
    owner: str
    expires: str
    """The day it ends, `2027-01-31`, inclusive, UTC."""
    rule: str = ""
    """Id of a scanner rule; empty: every rule, for the one file that `sha256` names."""
    sha256: str = ""
    """Digest of a whole file; empty: every file, for the one rule that `rule` names."""


class Spec(_Struct, frozen=True):
    """What the policy says. Every default is the strict choice, except that live volumes only warn."""

    scope: Scope = Scope.INFERENCE
    fail_on: FailOn = FailOn.MEDIUM
    gate: Gate = Gate()
    allowed_imports: tuple[str, ...] = ()
    """Exact dotted names that pickles may import beyond the built-in allowlist."""
    remote_sources: tuple[RemoteSource, ...] = ()
    scanned_images: tuple[ScannedImage, ...] = ()
    serving_switches: tuple[str, ...] = ()
    """Switches that run code from the model's files and are accepted, as written: `--trust-remote-code`."""
    runtime_management: Answer = Answer.DENY
    """A server that can be told to load other models while it runs."""
    undetermined: Answer = Answer.DENY
    """A value that matters and cannot be read from the object."""
    live_volumes: Answer = Answer.WARN
    """A volume that others can still write after the gate looked."""
    empty_volumes: tuple[str, ...] = ()
    """Claims that may be empty when the gate looks."""
    non_model_volumes: tuple[NonModelVolume, ...] = ()
    exceptions: tuple[Exception_, ...] = ()


class Metadata(msgspec.Struct, frozen=True):
    """Of an object's metadata only the name matters; the API server adds the rest."""

    name: str


class ModelPolicy(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One `ModelPolicy` object as it stands in the API server or in a file."""

    apiVersion: str  # noqa: N815 - the wire's spelling
    kind: str
    metadata: Metadata
    spec: Spec = Spec()
    status: dict[str, Any] | None = None
    """Written by the reporter, ignored here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """A policy made ready for reviews: nothing in it is parsed or searched again."""

    name: str
    hash: str
    """Twelve hexadecimal digits over the canonical JSON of the specification."""
    spec: Spec
    recent: tuple[str, ...] = ()
    """Hashes this policy had before, newest first."""
    digests: frozenset[str] = frozenset()
    fail_on: Severity = Severity.MEDIUM
    waivers: tuple[Waiver, ...] = ()

    def requirement(self, volumes: Sequence[GatedVolume]) -> GateConfig:
        """Return what a gate of these volumes must at least demand."""
        return GateConfig(
            volumes=tuple(volumes),
            fail_on=self.fail_on,
            policy=self.name,
            policy_hash=self.hash,
            allowed_imports=frozenset(self.spec.allowed_imports),
            waivers=self.waivers,
        )

    def allows_remote(self, reference: str) -> bool:
        """Say whether a server may fetch this reference itself."""
        return any(_begins(_without_hub(reference), _without_hub(source.prefix)) for source in self.spec.remote_sources)

    def allows_switch(self, name: str) -> bool:
        """Say whether a switch is accepted, as a flag or as a variable."""
        return any(_plain(name) == _plain(switch) for switch in self.spec.serving_switches)

    def has_scanned(self, image: str) -> bool:
        """Say whether the model in a server's image was examined elsewhere."""
        digest = digest_of(image)
        return digest is not None and any(digest == scanned.digest for scanned in self.spec.scanned_images)


def _begins(reference: str, prefix: str) -> bool:
    """Say whether a reference is a prefix or goes on from it: `org/name` allows `org/name@v1`, never `org/name-other`."""
    rest = reference[len(prefix) :] if reference.startswith(prefix) else None
    return rest is not None and (not rest or prefix[-1:] in "/:" or rest[0] in "/@:")


def _without_hub(reference: str) -> str:
    return reference.removeprefix("hf://")


def _plain(switch: str) -> str:
    return switch.lstrip("-").replace("_", "-").lower()


def decode_policy(obj: Mapping[str, Any]) -> ModelPolicy:
    """Return the policy in `obj`, or raise `PolicyError` naming the field that is wrong."""
    try:
        policy = msgspec.convert(obj, ModelPolicy)
    except msgspec.ValidationError as error:
        raise _as_policy_error(error) from error
    if policy.apiVersion != API_VERSION:
        raise PolicyError("apiVersion", f"expected {API_VERSION}, got {policy.apiVersion!r}")
    if policy.kind != KIND:
        raise PolicyError("kind", f"expected {KIND}, got {policy.kind!r}")
    for path, complaint in _complaints(policy.spec):
        raise PolicyError(path, complaint)
    return policy


def _as_policy_error(error: msgspec.ValidationError) -> PolicyError:
    message, _, path = str(error).partition(" - at `$")
    return PolicyError(path.rstrip("`").lstrip("."), message)


def _complaints(spec: Spec) -> Iterable[tuple[str, str]]:
    for index, digest in enumerate(spec.gate.digests):
        if not _DIGEST.match(digest):
            yield f"spec.gate.digests[{index}]", _NO_DIGEST.format(digest)
    if spec.gate.image and digest_of(spec.gate.image) is None:
        yield "spec.gate.image", f"expected an image by digest (name@sha256:...), got {spec.gate.image!r}"
    for index, exception in enumerate(spec.exceptions):
        yield from ((f"spec.exceptions[{index}]{path}", text) for path, text in _exception_complaints(exception))
    for index, volume in enumerate(spec.non_model_volumes):
        if not (volume.name or volume.claim or volume.host_path or volume.mount_path):
            yield (
                f"spec.nonModelVolumes[{index}]",
                "says nothing about the volume: give name, claim, hostPath or mountPath",
            )
    for index, source in enumerate(spec.remote_sources):
        if not source.prefix.removeprefix("hf://"):
            yield f"spec.remoteSources[{index}].prefix", "an empty prefix would allow every source"
    for index, image in enumerate(spec.scanned_images):
        if not _DIGEST.match(image.digest):
            yield f"spec.scannedImages[{index}].digest", _NO_DIGEST.format(image.digest)


def _exception_complaints(exception: Exception_) -> Iterable[tuple[str, str]]:
    if not exception.rule and not exception.sha256:
        yield "", "waives everything: give rule, sha256 or both"
    if exception.sha256 and not re.fullmatch(r"[0-9a-f]{64}", exception.sha256):
        yield ".sha256", f"expected 64 hexadecimal digits, got {exception.sha256!r}"
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", exception.expires):
        yield ".expires", f"expected a day such as 2027-01-31, got {exception.expires!r}"
    for field in ("reason", "owner"):
        if not getattr(exception, field).strip():
            yield f".{field}", "must not be empty"


def compile_policy(policy: ModelPolicy, previous: Sequence[str] = ()) -> CompiledPolicy:
    """Make `policy` ready for reviews; `previous` are the hashes it had before, newest first."""
    spec = policy.spec
    current = policy_hash(spec)
    digests = set(spec.gate.digests)
    if spec.gate.image:
        digests.add(spec.gate.image.rpartition("@")[2])
    _try_requirement(policy)
    recent = tuple(dict.fromkeys(value for value in previous if value != current))[:_REMEMBERED]
    return CompiledPolicy(
        name=policy.metadata.name,
        hash=current,
        spec=spec,
        recent=recent,
        digests=frozenset(digests),
        fail_on=Severity[spec.fail_on.name],
        waivers=_waivers(spec),
    )


def _waivers(spec: Spec) -> tuple[Waiver, ...]:
    return tuple(
        Waiver(rule=exception.rule, sha256=exception.sha256, until=date.fromisoformat(exception.expires))
        for exception in spec.exceptions
    )


def _try_requirement(policy: ModelPolicy) -> None:
    """Raise `PolicyError` where no gate could be made under the policy."""
    sample = (GatedVolume(server_path="/models"),)
    try:
        GateConfig(volumes=sample, policy=policy.metadata.name)
    except ContractError as error:
        raise PolicyError("metadata.name", error.message) from error
    for index, name in enumerate(policy.spec.allowed_imports):
        try:
            GateConfig(volumes=sample, allowed_imports=frozenset({name}))
        except ContractError as error:
            raise PolicyError(f"spec.allowedImports[{index}]", error.message) from error
    for index, exception in enumerate(policy.spec.exceptions):
        try:
            Waiver(rule=exception.rule, sha256=exception.sha256, until=date.fromisoformat(exception.expires))
        except (ContractError, ValueError) as error:
            raise PolicyError(f"spec.exceptions[{index}]", str(error)) from error


def policy_hash(spec: Spec) -> str:
    """Return the short hash that gates, reports and metrics name a policy's content by."""
    return hashlib.sha256(msgspec.json.encode(spec, order="deterministic")).hexdigest()[:12]


GATE_IMAGE = "registry.example.com/weighbridge/gate@sha256:" + "0" * 64
"""Stands in where no administrator named an image: a place to write the real one, and a digest that no image has."""

DEFAULT_POLICY = compile_policy(
    decode_policy(
        {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {"name": "default"},
            "spec": {"gate": {"image": GATE_IMAGE}},
        }
    )
)
"""The policy the chart installs; `weighbridge check` judges by it where no other is given."""
