"""Files of numbers that are not numbers alone, and their honest twins."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

from tests.corpus import torch_zips
from tests.corpus.numpy_arrays import npy
from tests.corpus.payloads import PAYLOAD, PAYLOAD_4, PLAIN
from tests.corpus.zip_builder import DEFLATED, Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FLOATS = b"\0\0\x80\x3f" * 4
_OBJECTS = (
    b"\x80\x04cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01K\x01\x85cnumpy\ndtype\n"
    b"\x8c\x02O8\x89\x88\x87R(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]Natb."
)


def _array(descr: str, shape: str = "(4,)", data: bytes = _FLOATS, **options: int) -> bytes:
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}", data, **options)


def _tensors(header: object, data: bytes = _FLOATS, *, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def _tensor(start: int, end: int, shape: tuple[int, ...] = (4,), dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


def _padded(length: int) -> bytes:
    """A header filled up with spaces to a length whose first byte is an opcode of pickles."""
    text = json.dumps({"w": _tensor(0, 16)}, separators=(",", ":")).encode()
    return _tensors(text + b" " * (length - len(text)))


NUMPY: Mapping[str, Callable[[], bytes]] = {
    "benign-npy.npy": lambda: _array("'<f4'"),
    "benign-npy-fortran.npy": lambda: npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", _FLOATS),
    "benign-npy-scalar.npy": lambda: _array("'<f4'", "()", _FLOATS[:4]),
    "benign-npy-empty.npy": lambda: _array("'<f4'", "(0, 7)", b""),
    "benign-npy-version-2.npy": lambda: _array("'<f4'", version=2),
    "benign-npy-version-3.npy": lambda: _array("[('größe', '<f4')]", version=3),
    "benign-npy-python-2.npy": lambda: _array("'<f4'", "(4L,)"),
    "benign-npy-text.npy": lambda: _array("'<U2'", "(2,)", "abcd".encode("utf-32-le")),
    "benign-npy-bytes.npy": lambda: _array("'|S8'", "(2,)"),
    "benign-npy-dates.npy": lambda: _array("'<M8[ns]'", "(2,)"),
    "benign-npy-fields.npy": lambda: _array("[('a', '<i2'), ('b', '<f4', (3,)), ('', '|V2')]", "(1,)"),
    "benign-npy-nested-fields.npy": lambda: _array("[('a', [('b', '<i8'), ('c', '<c8')])]", "(1,)"),
    "npy-object-harmless.npy": lambda: _array("'|O'", "(1,)", _OBJECTS),
    "benign-npz.npz": lambda: archive(
        Member(name=b"arr_0.npy", data=_array("'<f4'")), Member(name=b"W.npy", data=_array("'<f4'"))
    ),
    "benign-npz-compressed.npz": lambda: archive(Member(name=b"a.npy", data=_array("'<f4'"), method=DEFLATED)),
    "npy-object-pickle.npy": lambda: _array("'|O'", "(1,)", PAYLOAD_4),
    "npy-object-protocol-0.npy": lambda: _array("'|O'", "(1,)", PAYLOAD),
    "npy-object-by-name.npy": lambda: _array("'object'", "(1,)", PAYLOAD_4),
    "npy-object-in-list.npy": lambda: _array("'f4,O'", "(1,)", PAYLOAD_4),
    "npy-object-in-field.npy": lambda: _array("[('a', '<f4'), ('b', '|O')]", "(1,)", PAYLOAD_4),
    "npy-object-in-subarray.npy": lambda: _array("('|O', (2,))", "(1,)", PAYLOAD_4),
    "npy-object-broken.npy": lambda: _array("'|O'", "(1,)", PAYLOAD_4[:-1] + b"\xff"),
    "npy-suffix-pickle.npy": lambda: _array("'<f4'") + PAYLOAD_4,
    "npy-suffix-junk.npy": lambda: _array("'<f4'") + b"\xde\xad\xbe\xef",
    "npy-cut-off.npy": lambda: _array("'<f4'", data=_FLOATS[:-1]),
    "npy-shape-overflows.npy": lambda: _array("'<f8'", "(4611686018427387904, 2)"),
    "npy-shape-negative.npy": lambda: _array("'<f4'", "(-1,)"),
    "npy-dtype-unknown.npy": lambda: _array("'weird'"),
    "npy-header-calls.npy": lambda: npy("__import__('os').system('echo weighbridge')"),
    "npy-header-extra-key.npy": lambda: npy(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), 'allow_pickle': True}", _FLOATS
    ),
    "npy-header-nested.npy": lambda: npy("(" * 5000 + ")" * 5000),
    "npy-header-cut-off.npy": lambda: _array("'<f4'", length=5000),
    "npy-header-huge.npy": lambda: _array("'<f4'", version=2, length=0xFFFFFFF0),
    "npy-version-9.npy": lambda: _array("'<f4'", version=9),
    "npy-is-pickle.npy": lambda: PAYLOAD_4,
    "npz-object-pickle.npz": lambda: archive(Member(name=b"a.npy", data=_array("'|O'", "(1,)", PAYLOAD_4))),
    "npz-member-is-pickle.npz": lambda: archive(Member(name=b"a.npy", data=PAYLOAD_4, method=DEFLATED)),
}

SAFETENSORS: Mapping[str, Callable[[], bytes]] = {
    "benign.safetensors": lambda: _tensors({"__metadata__": {"format": "pt"}, "w": _tensor(0, 16)}),
    "benign-two.safetensors": lambda: _tensors({"b": _tensor(8, 16, (2,)), "a": _tensor(0, 8, (2,))}),
    "benign-empty.safetensors": lambda: _tensors({}, b""),
    "benign-empty-tensor.safetensors": lambda: _tensors({"e": _tensor(0, 0, (0,)), "w": _tensor(0, 16)}),
    "benign-scalar.safetensors": lambda: _tensors({"s": _tensor(0, 2, (), "BF16"), "w": _tensor(2, 18)}, _FLOATS + b"\0\0"),
    "safetensors-type-not-known.safetensors": lambda: _tensors({"w": _tensor(0, 16, (7,), "F99")}),
    "benign-length-80.safetensors": lambda: _padded(0x80),
    "benign-length-50.safetensors": lambda: _padded(0x150),
    "benign-length-4c.safetensors": lambda: _padded(0x4C),
    "benign-length-28.safetensors": lambda: _padded(0x128),
    "safetensors-duplicate-tensor.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"w":{"dtype":"I32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-duplicate-field.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","dtype":"I32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-overlap.safetensors": lambda: _tensors({"a": _tensor(0, 16), "b": _tensor(8, 16, (2,))}),
    "safetensors-same-bytes.safetensors": lambda: _tensors({"a": _tensor(0, 16), "b": _tensor(0, 16)}),
    "safetensors-gap.safetensors": lambda: _tensors({"a": _tensor(0, 4, (1,)), "b": _tensor(8, 16, (2,))}),
    "safetensors-gap-pickle.safetensors": lambda: _tensors(
        {"a": _tensor(len(PAYLOAD_4), len(PAYLOAD_4) + 16)}, PAYLOAD_4 + _FLOATS
    ),
    "safetensors-suffix-pickle.safetensors": lambda: _tensors({"w": _tensor(0, 16)}) + PAYLOAD_4,
    "safetensors-suffix-zip.safetensors": lambda: _tensors({"w": _tensor(0, 16)}) + archive(
        Member(name=b"model.pkl", data=PAYLOAD_4)
    ),
    "safetensors-beyond-end.safetensors": lambda: _tensors({"w": _tensor(0, 1 << 40, (1 << 38,))}),
    "safetensors-size-disagrees.safetensors": lambda: _tensors({"w": _tensor(0, 16, (400,))}),
    "safetensors-backwards.safetensors": lambda: _tensors({"w": _tensor(16, 0)}),
    "safetensors-no-offsets.safetensors": lambda: _tensors({"w": {"dtype": "F32", "shape": [4]}}),
    "safetensors-negative.safetensors": lambda: _tensors({"w": _tensor(-16, 0)}),
    "safetensors-metadata.safetensors": lambda: _tensors({"__metadata__": {"a": {"b": 1}}, "w": _tensor(0, 16)}),
    "safetensors-metadata-target.safetensors": lambda: _tensors(
        {"__metadata__": {"config": '{"model": {"_target_": "mymodel.Decoder", "width": 8}}'}, "w": _tensor(0, 16)}
    ),
    "safetensors-metadata-target-system.safetensors": lambda: _tensors(
        {"__metadata__": {"config": '{"_target_": "os.system", "command": "echo weighbridge"}'}, "w": _tensor(0, 16)}
    ),
    "safetensors-metadata-target-escaped.safetensors": lambda: _tensors(
        {"__metadata__": {"config": '{"\u005ftarget_": "builtins.ex\u0065c"}'}, "w": _tensor(0, 16)}
    ),
    "safetensors-metadata-target-repr.safetensors": lambda: _tensors(
        {"__metadata__": {"config": "{'_target_': 'subprocess.Popen'}"}, "w": _tensor(0, 16)}
    ),
    "safetensors-header-oversized.safetensors": lambda: _tensors({"w": _tensor(0, 16)}, length=1 << 40),
    "safetensors-header-no-json.safetensors": lambda: _tensors(b'{"w": [' + b" " * 60),
    "safetensors-header-nested.safetensors": lambda: _tensors(b'{"w":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "benign-spaces.safetensors": lambda: _tensors(json.dumps({"w": _tensor(0, 16)}, indent=2).encode() + b" " * 9),
    "benign-escaped-name.safetensors": lambda: _tensors(
        b'{"gr\\u00f6\\u00dfe":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "benign-other-order.safetensors": lambda: _tensors(b'{"w":{"shape":[4],"data_offsets":[0,16],"dtype":"F32"}}'),
    "safetensors-duplicate-escaped.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"\\u0077":{"dtype":"I32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-duplicate-metadata.safetensors": lambda: _tensors(
        b'{"__metadata__":{},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"__metadata__":{"_target_":"os.system"}}'
    ),
    "safetensors-surrogate-name.safetensors": lambda: _tensors(
        b'{"\\ud800":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-empty-inside.safetensors": lambda: _tensors({"w": _tensor(0, 16), "e": _tensor(8, 8, (0,))}),
    "safetensors-empty-overflows.safetensors": lambda: _tensors(
        {"e": _tensor(0, 0, (1 << 40, 1 << 40, 0)), "w": _tensor(0, 16)}
    ),
    "safetensors-length-overflows.safetensors": lambda: _tensors({"w": _tensor(0, 16, (4, 1 << 64))}),
    "safetensors-offset-float.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0.0,16]}}'
    ),
    "safetensors-offset-minus-zero.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[-0,16]}}'
    ),
    "safetensors-more-keys.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"strides":[9]}}'
    ),
    "safetensors-header-nan.safetensors": lambda: _tensors(
        b'{"__metadata__":{"a":NaN},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-header-trailing.safetensors": lambda: _tensors(
        b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} {"_target_":"os.system"}'
    ),
    "safetensors-header-no-utf8.safetensors": lambda: _tensors(
        b'{"\xff":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-header-control.safetensors": lambda: _tensors(
        b'{"a\nb":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
    ),
    "safetensors-header-list.safetensors": lambda: _tensors(b'{"w":[{"dtype":"F32"}],"v":{}}'),
    "safetensors-is-pickle.safetensors": lambda: PAYLOAD_4,
    "safetensors-is-torch.safetensors": lambda: archive(Member(name=b"model/data.pkl", data=PLAIN)),
}  # fmt: skip

SAMPLES: Mapping[str, Callable[[], bytes]] = {**NUMPY, **SAFETENSORS, **torch_zips.SAMPLES}
