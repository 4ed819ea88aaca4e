"""Arguments about where a gate runs, as opposed to what it decides. Admission accepts none of them in a pod."""

from __future__ import annotations

from initcontainer.contract import MOUNT_ROOT, TERMINATION_MESSAGE_PATH, ContractError
from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from initcontainer.contract import GateConfig

MOUNTED_AT = "--mounted-at"
MESSAGE_PATH = "--termination-message-path"
JOBS = "--jobs"
_LOCAL = (MOUNTED_AT, MESSAGE_PATH, JOBS)


class Surroundings(Record):
    """Where a gate runs."""

    mounted_at: tuple[str, ...] = ()
    """Directories that stand for the volumes, in their order; empty: `/weighbridge/<n>`."""
    message_path: str = TERMINATION_MESSAGE_PATH
    jobs: int | None = None
    """Workers; None: as many as the container's processors and memory allow."""

    def places(self, config: GateConfig) -> tuple[str, ...]:
        """Return where each volume is; raise `ContractError` where their number differs."""
        if not self.mounted_at:
            return tuple(f"{MOUNT_ROOT}/{index}" for index in range(len(config.volumes)))
        if len(self.mounted_at) != len(config.volumes):
            given, wanted = len(self.mounted_at), len(config.volumes)
            raise ContractError(MOUNTED_AT, f"is given {given} times for {wanted} volumes")
        return self.mounted_at


def split(arguments: Sequence[str]) -> tuple[Surroundings, list[str]]:
    """Separate the arguments about surroundings from those of the contract; raise `ContractError` for a wrong one."""
    mounted_at: list[str] = []
    single: dict[str, str] = {}
    rest: list[str] = []
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name not in _LOCAL:
            rest.append(argument)
        elif not value or name in single:
            raise ContractError(name, f"must be written {name}=VALUE, once")
        elif name == MOUNTED_AT:
            mounted_at.append(value)
        else:
            single[name] = value
    surroundings = Surroundings(
        mounted_at=tuple(mounted_at),
        message_path=single.get(MESSAGE_PATH, TERMINATION_MESSAGE_PATH),
        jobs=_jobs(single.get(JOBS)),
    )
    return surroundings, rest


def _jobs(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= 1000:
        raise ContractError(JOBS, f"must be a number from 1 to 1000, not {text[:40]!a}")
    return int(text)
