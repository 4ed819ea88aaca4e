"""The gate's command line, written and read in one place: what admission reads is what the gate obeys.

One form only, `--name=value`: an argument that can be read in two ways is an argument that can be forged. Volumes are
numbered in the order of their arguments, whether they may be empty or not.
"""

from __future__ import annotations

import re

from initcontainer.contract.config import ContractError, GateConfig, GatedVolume, Waiver
from scanners.findings import Severity
from scanners.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

VOLUME = "--volume"
EMPTY_VOLUME = "--volume-may-be-empty"
FAIL_ON = "--fail-on"
POLICY = "--policy"
POLICY_HASH = "--policy-hash"
ALLOW_IMPORT = "--allow-import"
WAIVE = "--waive"
LIMITS: Mapping[str, str] = {
    "--max-inflated-bytes": "inflated_bytes",
    "--max-ratio": "ratio",
    "--max-depth": "depth",
    "--max-members": "members",
    "--max-seconds": "seconds",
}
"""Argument -> field of `Limits`."""

_REPEATED = frozenset({VOLUME, EMPTY_VOLUME, ALLOW_IMPORT, WAIVE})
_SINGLE = frozenset({FAIL_ON, POLICY, POLICY_HASH, *LIMITS})
_NUMBER = r"[1-9][0-9]{0,17}"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def to_arguments(config: GateConfig) -> list[str]:
    """Write a configuration as arguments, always all of them and always in the same order."""
    arguments = [f"{POLICY}={config.policy}"] if config.policy else []
    arguments += [f"{POLICY_HASH}={config.policy_hash}"] if config.policy_hash else []
    arguments.append(f"{FAIL_ON}={config.fail_on.name.lower()}")
    arguments += [f"{argument}={getattr(config.limits, field)}" for argument, field in LIMITS.items()]
    arguments += [f"{ALLOW_IMPORT}={name}" for name in sorted(config.allowed_imports)]
    arguments += [f"{WAIVE}={_waiver_text(waiver)}" for waiver in config.waivers]
    arguments += [f"{EMPTY_VOLUME if v.may_be_empty else VOLUME}={v.server_path}" for v in config.volumes]
    return arguments


def from_arguments(arguments: Sequence[str]) -> GateConfig:
    """Read arguments; raise `ContractError` naming the first one that is unknown, repeated or wrong."""
    single: dict[str, str] = {}
    repeated: list[tuple[str, str]] = []
    for argument in arguments:
        name, value = _split(argument)
        if name in _REPEATED:
            repeated.append((name, value))
        elif name in single:
            raise ContractError(name, "is given twice")
        else:
            single[name] = value
    return GateConfig(
        volumes=tuple(
            GatedVolume(server_path=value, may_be_empty=name == EMPTY_VOLUME)
            for name, value in repeated
            if name in {VOLUME, EMPTY_VOLUME}
        ),
        fail_on=_severity(single.get(FAIL_ON, "medium")),
        policy=single.get(POLICY, ""),
        policy_hash=single.get(POLICY_HASH, ""),
        allowed_imports=frozenset(value for name, value in repeated if name == ALLOW_IMPORT),
        waivers=tuple(_waiver(value) for name, value in repeated if name == WAIVE),
        limits=Limits(**{LIMITS[name]: _number(name, value) for name, value in single.items() if name in LIMITS}),
    )


def _split(argument: str) -> tuple[str, str]:
    if not isinstance(argument, str):
        raise ContractError("arguments", f"must be text, not {argument!a}")
    name, equals, value = argument.partition("=")
    if name not in _REPEATED and name not in _SINGLE:
        raise ContractError("arguments", f"unknown argument {argument[:80]!a}")
    if not equals or not value:
        raise ContractError(name, f"must be written {name}=VALUE")
    return name, value


def _severity(text: str) -> Severity:
    for severity in Severity:
        if severity.name.lower() == text:
            return severity
    known = ", ".join(severity.name.lower() for severity in Severity)
    raise ContractError(FAIL_ON, f"must be one of {known}, not {text[:40]!a}")


def _number(name: str, text: str) -> int:
    if not re.fullmatch(_NUMBER, text):
        raise ContractError(name, f"must be a whole number of at least 1, not {text[:40]!a}")
    return int(text)


def _waiver_text(waiver: Waiver) -> str:
    parts = [f"rule:{waiver.rule}"] if waiver.rule else []
    parts += [f"sha256:{waiver.sha256}"] if waiver.sha256 else []
    return ",".join([*parts, f"until:{waiver.until.isoformat()}"])


def _waiver(text: str) -> Waiver:
    parts: dict[str, str] = {}
    for part in text.split(","):
        key, _, value = part.partition(":")
        if key not in {"rule", "sha256", "until"} or key in parts or not value:
            raise ContractError(WAIVE, f"must be written rule:ID,sha256:DIGEST,until:YYYY-MM-DD, not {text[:120]!a}")
        parts[key] = value
    if "until" not in parts:
        raise ContractError(WAIVE, "must say until when it holds: until:YYYY-MM-DD")
    return Waiver(rule=parts.get("rule", ""), sha256=parts.get("sha256", ""), until=_day(parts["until"]))


def _day(text: str) -> date:
    from datetime import date

    try:
        if re.fullmatch(_DAY, text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise ContractError(WAIVE, f"{text!a} is not a day: {error}") from error
    raise ContractError(WAIVE, f"must give the day as YYYY-MM-DD, not {text[:40]!a}")
