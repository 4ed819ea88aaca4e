"""What joblib writes without compression: a pickle with raw arrays between its opcodes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus.pickle_builder import COMMAND, SYSTEM, SYSTEM_4, frame, short, stack_global

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRAPPER = stack_global("joblib.numpy_pickle", "NumpyArrayWrapper")
_NUMBERS = struct.pack("<3d", 1.0, 2.0, 3.0)


def _dtype(code: str, *, forged: bool = False) -> bytes:
    flags = bytes((63 if forged or code == "O8" else 0,))
    state = b"(K\x03" + short("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + flags + b"tb"
    return stack_global("numpy", "dtype") + b"(" + short(code) + b"\x89\x88tR" + state


def _wrapper(
    code: str,
    *,
    aligned: bool = True,
    shape: bytes = b"K\x03\x85",
    wrapper: bytes = _WRAPPER + b")\x81",
    forged: bool = False,
) -> bytes:
    alignment = short("numpy_array_alignment_bytes") + b"K\x10" if aligned else b""
    return (
        wrapper
        + b"}("
        + short("subclass")
        + stack_global("numpy", "ndarray")
        + short("shape")
        + shape
        + short("order")
        + short("C")
        + short("dtype")
        + _dtype(code, forged=forged)
        + short("allow_mmap")
        + b"\x88"
        + alignment
        + b"ub"
    )


def _file(before: bytes, raw: bytes, behind: bytes) -> bytes:
    return b"\x80\x04" + frame(before) + raw + behind


_PADDED = b"\x05\xff\xff\xff\xff\xff" + _NUMBERS
_RECONSTRUCTED = b"ccopyreg\n_reconstructor\ncjoblib.numpy_pickle\nNumpyArrayWrapper\ncbuiltins\nobject\nN\x87R"
_BESIDE = b"\x80\x02cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}(X\x08\x00\x00\x00filenameX%b%bub."
_NAMES = short("collections") + b"\x94" + short("OrderedDict") + b"\x94"
_OTHER_NAMES = short("os") + b"\x94" + short("system") + b"\x94"
_BY_MEMO = b"00h\x00h\x01\x93" + short(COMMAND) + b"\x85R"
_FRESH = b"\x80\x04" + _OTHER_NAMES + _BY_MEMO + b"."
"""Runs the command with a memo of its own, and makes a dict with the memo of the stream around it."""
_HIDDEN = SYSTEM + b"0"
_SWALLOWED = b"B" + struct.pack("<I", len(_HIDDEN))
_BY_FUNCTION = stack_global("torch.jit._pickle", "restore_type_tag") + b"(" + _WRAPPER + b")\x81" + short("x") + b"tR"

SAMPLES: Mapping[str, bytes] = {
    "benign-array.joblib": _file(_wrapper("f8"), _PADDED, b"."),
    "benign-arrays.joblib": _file(b"](" + _wrapper("f8"), _PADDED, frame(_wrapper("f8")) + _PADDED + frame(b"eN\x86.")),
    "benign-array-unaligned.joblib": _file(_wrapper("f8", aligned=False), _NUMBERS, b"."),
    "benign-array-of-opcodes.joblib": _file(_wrapper("i1", aligned=False, shape=b"K\x06\x85"), b"cc\n..\n", b"."),
    "benign-array-of-objects.joblib": _file(_wrapper("O8"), b"\x80\x04]\x94(K\x01K\x02e.", b"."),
    "benign-array-empty.joblib": _file(_wrapper("f8", shape=b"K\x00\x85"), b"\x00", b"."),
    "benign-array-reconstructed.joblib": _file(_wrapper("f8", wrapper=_RECONSTRUCTED), _PADDED, b"."),
    "joblib-array-beside.joblib": _BESIDE % (struct.pack("<I", 15), b"X\x0f\x00\x00\x00m.pkl_01.npy.xx"[5:]),
    "joblib-payload-behind-array.joblib": _file(b"](" + _wrapper("f8"), _PADDED, SYSTEM_4 + b"e."),
    "joblib-payload-behind-second-array.joblib": _file(
        b"](" + _wrapper("f8"), _PADDED, _wrapper("f8") + _PADDED + SYSTEM_4 + b"e."
    ),
    "joblib-payload-in-object-array.joblib": _file(_wrapper("O8"), b"\x80\x04" + SYSTEM_4 + b".", b"."),
    "joblib-payload-for-plain-loaders.joblib": _file(
        _wrapper("i1", aligned=False, shape=b"K" + bytes((len(SYSTEM) + 1,)) + b"\x85"), SYSTEM + b".", b"."
    ),
    "joblib-numbers-that-are-objects.joblib": _file(
        _NAMES + b"00" + _wrapper("i1", aligned=False, shape=b"K" + bytes((len(_FRESH),)) + b"\x85", forged=True),
        _FRESH,
        b".",
    ),
    "joblib-wrapper-by-function.joblib": _file(
        _wrapper("i1", aligned=False, shape=b"K\x05\x85", wrapper=_BY_FUNCTION), _SWALLOWED, _HIDDEN + b"0."
    ),
    "joblib-array-cut.joblib": _file(_wrapper("f8"), _PADDED[:20], b""),
    "joblib-array-of-unknown-size.joblib": _file(_wrapper("quaternion"), _PADDED, b"."),
    "joblib-array-outside.joblib": _BESIDE % (struct.pack("<I", 16), b"../../etc/passwd"),
    "joblib-inst-behind-array.joblib": _file(
        b"](" + _wrapper("f8"), _PADDED, b"(S'" + COMMAND.encode() + b"'\nios\nsystem\ne."
    ),
}
