"""The `ModelPolicy` object: what may stand in it, and what each field is for.

The definition that the API server knows and the chart's schema are read off these structs (`tools/policy_schema.py`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec

GROUP = "weighbridge.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "ModelPolicy"
ADMINISTRATORS_FIELDS = ("apiVersion", "kind", "metadata", "spec")
"""What of an object is the administrator's; the rest is written by the cluster."""


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


Count = Annotated[int, msgspec.Meta(ge=1, le=10**18 - 1)]
"""A number that the gate's command line can carry."""


class Limits(_Struct, frozen=True):
    """What one file may cost its gate, as `weighbridge scan --help` explains. What is absent is as there; past a limit the gate stays shut."""

    inflated_bytes: Count | None = None
    """Bytes that all compressed parts of one file may inflate to together."""
    ratio: Count | None = None
    """Inflated bytes for each compressed byte."""
    depth: Count | None = None
    """How many containers may be nested."""
    members: Count | None = None
    """Members of all archives of one file together."""
    seconds: Count | None = None
    """Processor time of a file of up to 64 MiB; larger ones have more in proportion."""


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
    limits: Limits = Limits()
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
