"""The one home of the gate's form: its settings, its arguments, its container, its termination message.

Injection produces the form, admission reads it back, the gate obeys it and the reporter reads what it left behind. All
four go through this package, so that none of them can mean something else than the others. It imports nothing heavy, and
each name only when it is asked for (PEP 562): the gate, whose start holds a server up, needs half of them.
"""

from __future__ import annotations

from scanners.doors import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from initcontainer.contract.arguments import from_arguments, to_arguments
    from initcontainer.contract.comparison import weaker_than
    from initcontainer.contract.config import ContractError, GateConfig, GatedVolume, Waiver
    from initcontainer.contract.container import Mount, gate_container, no_token_volume
    from initcontainer.contract.deviations import Deviation
    from initcontainer.contract.images import digest_of, is_trusted
    from initcontainer.contract.message import SCHEMA, NamedFinding, TerminationMessage, Verdict, decode, encode
    from initcontainer.contract.mounts import GateMount
    from initcontainer.contract.names import (
        COMMAND_WORD,
        GATE_NAME,
        MOUNT_ROOT,
        NO_TOKEN_VOLUME,
        TERMINATION_MESSAGE_PATH,
        TOKEN_PATH,
    )
    from initcontainer.contract.reading import Gate, read_gate

__getattr__ = door(
    __name__,
    {
        "arguments": ("from_arguments", "to_arguments"),
        "comparison": ("weaker_than",),
        "config": ("ContractError", "GateConfig", "GatedVolume", "Waiver"),
        "container": ("Mount", "gate_container", "no_token_volume"),
        "deviations": ("Deviation",),
        "images": ("digest_of", "is_trusted"),
        "message": ("SCHEMA", "NamedFinding", "TerminationMessage", "Verdict", "decode", "encode"),
        "mounts": ("GateMount",),
        "names": (
            "COMMAND_WORD",
            "GATE_NAME",
            "MOUNT_ROOT",
            "NO_TOKEN_VOLUME",
            "TERMINATION_MESSAGE_PATH",
            "TOKEN_PATH",
        ),
        "reading": ("Gate", "read_gate"),
    },
)

__all__ = [
    "COMMAND_WORD",
    "GATE_NAME",
    "MOUNT_ROOT",
    "NO_TOKEN_VOLUME",
    "SCHEMA",
    "TERMINATION_MESSAGE_PATH",
    "TOKEN_PATH",
    "ContractError",
    "Deviation",
    "Gate",
    "GateConfig",
    "GateMount",
    "GatedVolume",
    "Mount",
    "NamedFinding",
    "TerminationMessage",
    "Verdict",
    "Waiver",
    "decode",
    "digest_of",
    "encode",
    "from_arguments",
    "gate_container",
    "is_trusted",
    "no_token_volume",
    "read_gate",
    "to_arguments",
    "weaker_than",
]
