"""`weighbridge gate --help`. Only people need it, so that only they pay for argparse."""

from __future__ import annotations

import sys

from initcontainer.contract import MOUNT_ROOT, TERMINATION_MESSAGE_PATH
from initcontainer.contract.arguments import (
    ALLOW_IMPORT,
    EMPTY_VOLUME,
    FAIL_ON,
    POLICY,
    POLICY_HASH,
    VOLUME,
    WAIVE,
)
from initcontainer.options import JOBS, MESSAGE_PATH, MOUNTED_AT
from scanners.cli.parser import Parser, add_limits
from scanners.findings import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

_DESCRIPTION = f"""\
Examine mounted volumes before a server starts. This is the init container's program; `weighbridge inject` writes the
container, and `weighbridge scan` examines files anywhere else. Volume n is expected at {MOUNT_ROOT}/n.
Every argument is written --name=value.
"""
_EPILOG = """\
exit codes:
  0  PASS or WARN: the server may start
  1  BLOCK: something found at or above --fail-on
  2  ERROR: something was not examined, a volume is empty, or the gate failed (1 wins over 2)
  4  wrong arguments

examples:
  weighbridge gate --volume=/mnt/models
  weighbridge gate --fail-on=high --waive=rule:import-not-recognised,until:2027-03-31 --volume=/mnt/models
  weighbridge gate --volume=/mnt/models --mounted-at=./models --termination-message-path=message.json
"""


def explain(*, asked: bool) -> int:
    """Print the help; return 0 if someone asked for it, otherwise the exit code for wrong arguments."""
    parser().print_help(sys.stdout if asked else sys.stderr)
    return 0 if asked else 4


def parser() -> Parser:
    """Return a parser that only explains: the contract reads the arguments."""
    explained = Parser(prog="weighbridge gate", description=_DESCRIPTION, epilog=_EPILOG, is_joined=True)
    explained.usage = "weighbridge gate --volume=PATH [--volume=PATH ...] [OPTIONS]"
    _explain_volumes(explained.add_argument_group("what is examined"))
    _explain_policy(explained.add_argument_group("what fails"))
    add_limits(explained)
    _explain_surroundings(explained.add_argument_group("where it runs (admission accepts none of these in a pod)"))
    return explained


def _explain_volumes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        VOLUME, action="append", metavar="PATH", help="where the server mounts volume 0, 1, ... (repeatable)"
    )
    group.add_argument(
        EMPTY_VOLUME, action="append", metavar="PATH", help="the same for a volume that may hold no file"
    )


def _explain_policy(group: argparse._ArgumentGroup) -> None:
    group.add_argument(FAIL_ON, choices=[severity.name.lower() for severity in Severity], help="default: medium")
    group.add_argument(
        ALLOW_IMPORT, action="append", metavar="MODULE.NAME", help="treat this exact name as harmless (repeatable)"
    )
    waive = "accept a rule, a file or a rule in a file until the end of a day, UTC (repeatable)"
    group.add_argument(WAIVE, action="append", metavar="rule:ID,sha256:DIGEST,until:DAY", help=waive)
    group.add_argument(POLICY, metavar="NAME", help="name of the policy, for messages and metrics")
    group.add_argument(POLICY_HASH, metavar="HEX", help="hash of the policy, for messages and metrics")


def _explain_surroundings(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        MOUNTED_AT, action="append", metavar="DIRECTORY", help="stands for volume 0, 1, ... (repeatable)"
    )
    group.add_argument(MESSAGE_PATH, metavar="FILE", help=f"default: {TERMINATION_MESSAGE_PATH}, if it is there")
    group.add_argument(JOBS, metavar="N", help="worker processes at most (default: what processors and memory allow)")
