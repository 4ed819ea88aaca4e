"""What a gate is told: which volumes, what fails, what is waived, what it may cost.

Every value validates itself, so that whoever holds a `GateConfig` holds one that a gate would obey to the letter. No text
in it may contain `$`: Kubernetes expands `$(NAME)` in arguments, and the gate would be told something else than admission
read (https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/).
"""

from __future__ import annotations

import re

from scanners.findings import Severity
from scanners.limits import Limits
from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

LONGEST_PATH = 1024
LONGEST_IMPORT = 256
LONGEST_POLICY = 253
"""An object name in Kubernetes."""
MOST_VOLUMES = 64

_OBJECT_NAME = r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?"
_HASH = r"[0-9a-f]{8,64}"
_SHA256 = r"[0-9a-f]{64}"
_RULE = r"(?=.{1,64}\Z)[a-z0-9]+(-[a-z0-9]+)*"
_IMPORT = r"[^\W\d]\w*(\.[^\W\d]\w*)+"


class ContractError(ValueError):
    """A value that no gate would accept: the field it stands in and what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class GatedVolume(Record):
    """One volume the gate examines, at `/weighbridge/<its index>`."""

    server_path: str
    """Where the server mounts it: absolute links below this path resolve into the volume."""
    may_be_empty: bool = False
    """Whether a volume without any file is accepted; otherwise it is an error, since nothing was examined."""

    def __post_init__(self) -> None:
        path = self.server_path
        if not path.startswith("/") or len(path) > LONGEST_PATH:
            raise ContractError(
                "server_path", f"must be an absolute path of at most {LONGEST_PATH} characters: {path[:80]!a}"
            )
        if "$" in path or not path.isprintable():
            raise ContractError("server_path", f"must contain neither '$' nor unprintable characters: {path[:80]!a}")
        if any(part in {"", ".", ".."} for part in path[1:].split("/")) and path != "/":
            raise ContractError(
                "server_path", f"must be written without '//', '.', '..' and a '/' at the end: {path[:80]!a}"
            )


class Waiver(Record):
    """A finding that the administrator accepts: of one rule, in one file, or of one rule in one file; until a day."""

    until: date
    """The last day (UTC) on which it holds."""
    rule: str = ""
    """Rule id; empty: any rule."""
    sha256: str = ""
    """Digest of the whole file; empty: any file."""

    def __post_init__(self) -> None:
        if not self.rule and not self.sha256:
            raise ContractError("waiver", "must name a rule, a sha256 digest or both")
        if self.rule and not re.fullmatch(_RULE, self.rule):
            raise ContractError("waiver.rule", f"is not a rule id: {self.rule[:80]!a}")
        if self.sha256 and not re.fullmatch(_SHA256, self.sha256):
            raise ContractError("waiver.sha256", f"must be 64 lower-case hexadecimal digits: {self.sha256[:80]!a}")

    def covers(self, other: Waiver) -> bool:
        """Say whether this waiver accepts everything that `other` accepts, for at least as long."""
        same_rule = self.rule in {"", other.rule}
        same_file = self.sha256 in {"", other.sha256}
        return same_rule and same_file and other.until <= self.until


class GateConfig(Record):
    """Everything a gate is told."""

    volumes: tuple[GatedVolume, ...]
    fail_on: Severity = Severity.MEDIUM
    """The lowest severity that blocks."""
    policy: str = ""
    """Name of the `ModelPolicy` this was made from; a label for people and metrics, never a proof."""
    policy_hash: str = ""
    """Hash of that policy; a label as well: anyone can write it."""
    allowed_imports: frozenset[str] = frozenset()
    """Exact dotted names added to the allowlist."""
    waivers: tuple[Waiver, ...] = ()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not 1 <= len(self.volumes) <= MOST_VOLUMES:
            raise ContractError("volumes", f"must be 1 to {MOST_VOLUMES}, not {len(self.volumes)}")
        if self.policy and (len(self.policy) > LONGEST_POLICY or not re.fullmatch(_OBJECT_NAME, self.policy)):
            raise ContractError("policy", f"is not the name of a Kubernetes object: {self.policy[:80]!a}")
        if self.policy_hash and not re.fullmatch(_HASH, self.policy_hash):
            raise ContractError("policy_hash", f"must be 8 to 64 hexadecimal digits: {self.policy_hash[:80]!a}")
        for name in self.allowed_imports:
            if len(name) > LONGEST_IMPORT or not re.fullmatch(_IMPORT, name):
                raise ContractError(
                    "allowed_imports", f"is not an exact dotted name such as package.Class: {name[:80]!a}"
                )
