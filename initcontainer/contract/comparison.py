"""Equal to or stricter than the policy: the check that lets yesterday's deployments come back after a policy edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initcontainer.contract.arguments import ALLOW_IMPORT, EMPTY_VOLUME, FAIL_ON, LIMITS, WAIVE
from initcontainer.contract.deviations import Deviation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from initcontainer.contract.config import GateConfig, Waiver


def weaker_than(config: GateConfig, required: GateConfig, *, today: date | None = None) -> list[Deviation]:
    """List every way in which `config` accepts what `required` would not; empty: it is equal or stricter.

    Policy name and hash are labels and play no part. Which volumes must be gated follows from the pod and is decided by
    admission; compared here is only whether one may be empty. With `today`, waivers that no longer hold do not count.
    """
    return [
        *_weaker_threshold(config, required),
        *_weaker_imports(config, required),
        *_weaker_waivers(config, required, today),
        *_weaker_limits(config, required),
        *_weaker_volumes(config, required),
    ]


def _weaker_threshold(config: GateConfig, required: GateConfig) -> Iterator[Deviation]:
    if config.fail_on > required.fail_on:
        wanted = required.fail_on.name.lower()
        problem = f"{FAIL_ON} is {config.fail_on.name.lower()}, the policy fails on {wanted}"
        yield Deviation(path="args", problem=problem, remedy=f"set {FAIL_ON}={wanted}")


def _weaker_imports(config: GateConfig, required: GateConfig) -> Iterator[Deviation]:
    for name in sorted(config.allowed_imports - required.allowed_imports):
        remedy = f"remove {ALLOW_IMPORT}={name}, or have it added to allowedImports of the policy"
        yield Deviation(path="args", problem=f"{ALLOW_IMPORT}={name} is not allowed by the policy", remedy=remedy)


def _weaker_waivers(config: GateConfig, required: GateConfig, today: date | None) -> Iterator[Deviation]:
    for waiver in config.waivers:
        expired = today is not None and waiver.until < today
        if not expired and not any(accepted.covers(waiver) for accepted in required.waivers):
            problem = f"{WAIVE} accepts {_describe(waiver)}, which the policy does not"
            yield Deviation(path="args", problem=problem, remedy="remove it, or have the exception added to the policy")


def _describe(waiver: Waiver) -> str:
    what = waiver.rule or "any finding"
    where = f" in the file with sha256 {waiver.sha256}" if waiver.sha256 else ""
    return f"{what}{where} until {waiver.until.isoformat()}"


def _weaker_limits(config: GateConfig, required: GateConfig) -> Iterator[Deviation]:
    argument = {field: name for name, field in LIMITS.items()}
    for field in config.limits.__slots__:
        given, wanted = getattr(config.limits, field), getattr(required.limits, field)
        if given > wanted:
            problem = f"{argument[field]} is {given}, above the policy's {wanted}"
            yield Deviation(path="args", problem=problem, remedy=f"set {argument[field]}={wanted} or lower")


def _weaker_volumes(config: GateConfig, required: GateConfig) -> Iterator[Deviation]:
    for volume in config.volumes:
        accepted = [other.may_be_empty for other in required.volumes if other.server_path == volume.server_path]
        if volume.may_be_empty and not (accepted and all(accepted)):
            problem = f"{EMPTY_VOLUME}={volume.server_path}: the policy does not let this volume be empty"
            yield Deviation(path="args", problem=problem, remedy=f"write --volume={volume.server_path}")
