"""What an administrator asks of model volumes: the `ModelPolicy` object, decoded strictly and compiled once.

A policy is decoded when it changes, never during a review. An unknown or misspelt field is an error that names the
field: a policy half understood would be a policy half enforced.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from initcontainer.contract import ContractError, GateConfig, GatedVolume, Waiver, digest_of
from scanners.findings import Severity
from scanners.limits import Limits
from webhook.policy_object import API_VERSION, KIND, ModelPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from webhook.policy_object import Exception_, Spec

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
    limits: Limits = field(default_factory=Limits)

    def requirement(self, volumes: Sequence[GatedVolume]) -> GateConfig:
        """Return what a gate of these volumes must at least demand."""
        return GateConfig(
            volumes=tuple(volumes),
            fail_on=self.fail_on,
            policy=self.name,
            policy_hash=self.hash,
            allowed_imports=frozenset(self.spec.allowed_imports),
            waivers=self.waivers,
            limits=self.limits,
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
    for key, expected in (("apiVersion", API_VERSION), ("kind", KIND)):
        found = obj.get(key)
        if isinstance(found, str) and found != expected:  # Told first: of another kind, every field is an unknown one.
            raise PolicyError(key, f"expected {expected}, got {found!r}")
    try:
        policy = msgspec.convert(obj, ModelPolicy)
    except msgspec.ValidationError as error:
        raise _as_policy_error(error) from error
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
    for name in ("reason", "owner"):
        if not getattr(exception, name).strip():
            yield f".{name}", "must not be empty"


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
        limits=Limits(**{name: value for name, value in msgspec.structs.asdict(spec.limits).items() if value}),
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
