"""What `torch.save` writes with `_use_new_zipfile_serialization=False`: five pickles and raw storages."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus.payloads import state_dict
from tests.corpus.pickle_builder import SYSTEM, unicode

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_PROTOCOL = b"\x80\x02M\xe9\x03."
_SYSTEM_INFO = (
    b"\x80\x02}("
    + unicode("protocol_version")
    + b"M\xe9\x03"
    + unicode("little_endian")
    + b"\x88"
    + unicode("type_sizes")
    + b"}("
    + unicode("short")
    + b"K\x02"
    + unicode("int")
    + b"K\x04"
    + unicode("long")
    + b"K\x04uu."
)
_OBJECT = state_dict(2)
_KEYS = b"\x80\x02](" + unicode("0") + unicode("1") + b"e."
_STORAGE = struct.pack("<q4f", 4, 1.0, 2.0, 3.0, 4.0)
_HEAD = _MAGIC + _PROTOCOL + _SYSTEM_INFO


def _with(pickle: bytes) -> bytes:
    """Put the payload in front of what a pickle does."""
    return pickle[:2] + SYSTEM + b"0" + pickle[2:]


SAMPLES: Mapping[str, bytes] = {
    "benign-legacy.pt": _HEAD + _OBJECT + _KEYS + _STORAGE * 2,
    "benign-legacy-without-storages.pt": _HEAD + b"\x80\x02}." + b"\x80\x02].",
    "legacy-payload-in-object.pt": _HEAD + _with(_OBJECT) + _KEYS + _STORAGE * 2,
    "legacy-payload-in-protocol.pt": _MAGIC + _with(_PROTOCOL) + _SYSTEM_INFO + _OBJECT + _KEYS + _STORAGE * 2,
    "legacy-payload-in-system.pt": _MAGIC + _PROTOCOL + _with(_SYSTEM_INFO) + _OBJECT + _KEYS + _STORAGE * 2,
    "legacy-payload-in-keys.pt": _HEAD + _OBJECT + _with(_KEYS) + _STORAGE * 2,
    "legacy-payload-in-magic.pt": _with(_MAGIC) + _PROTOCOL + _SYSTEM_INFO + _OBJECT + _KEYS + _STORAGE * 2,
    "legacy-magic-as-line.pt": b"I119547037146038801333356\n."
    + _PROTOCOL
    + _SYSTEM_INFO
    + _with(_OBJECT)
    + _KEYS
    + _STORAGE * 2,
    "legacy-magic-computed.pt": b"\x80\x02cbuiltins\nint\n"
    + unicode("119547037146038801333356")
    + b"\x85R."
    + _PROTOCOL
    + _SYSTEM_INFO
    + _with(_OBJECT)
    + _KEYS
    + _STORAGE * 2,
    "legacy-bytes-behind.pt": _HEAD + _OBJECT + _KEYS + _STORAGE * 2 + b"\xff\xfejunk",
    "legacy-pickle-behind.pt": _HEAD + _OBJECT + _KEYS + _STORAGE * 2 + b"\x80\x02" + SYSTEM + b".",
    "legacy-storages-cut.pt": _HEAD + _OBJECT + _KEYS + _STORAGE,
    "legacy-pickle-for-numbers.pt": _HEAD + b"\x80\x02" + SYSTEM + b".",
}
