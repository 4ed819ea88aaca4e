"""Models of Flax, skops and gradient boosting: files that do not fit themselves, and honest ones."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from tests.corpus.numpy_arrays import npy
from tests.corpus.payloads import PAYLOAD_4
from tests.corpus.zip_builder import DEFLATED, Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FLOATS = b"\0\0\x80\x3f" * 4


def packed(value: Any) -> bytes:
    """Return a value in MessagePack; bytes stand for themselves, already packed."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        data = value.encode()
        return (bytes([0xA0 + len(data)]) if len(data) < 32 else b"\xda" + struct.pack(">H", len(data))) + data
    if isinstance(value, int):
        return bytes([value]) if 0 <= value < 128 else b"\xcf" + struct.pack(">Q", value)
    if isinstance(value, list):
        return b"\xdc" + struct.pack(">H", len(value)) + b"".join(map(packed, value))
    items = b"".join(packed(key) + packed(inner) for key, inner in value.items())
    return bytes([0x80 + len(value)]) + items


def binary(data: bytes) -> bytes:
    """Return bytes as a value of MessagePack."""
    return b"\xc6" + struct.pack(">I", len(data)) + data


def extension(code: int, data: bytes) -> bytes:
    """Return a value of an extension."""
    return b"\xc9" + struct.pack(">I", len(data)) + bytes([code]) + data


def array(shape: list[int], dtype: str = "float32", data: bytes = _FLOATS, code: int = 1) -> bytes:
    """Return an array as Flax writes it."""
    return extension(code, packed([shape, dtype, binary(data)]))


def _flax(value: Any) -> Callable[[], bytes]:
    return lambda: packed({"params": {"kernel": value}, "step": 7})


def _nested(depth: int) -> bytes:
    return packed("a").join([b"\x81"] * depth) + packed("a") + b"\x01"


FLAX: Mapping[str, Callable[[], bytes]] = {
    "benign-flax.msgpack": _flax(array([2, 2])),
    "benign-flax-bfloat16.msgpack": _flax(array([8], "bfloat16")),
    "benign-flax-scalar.msgpack": _flax(array([], "float32", _FLOATS[:4], 3)),
    "benign-flax-complex.msgpack": _flax(extension(2, packed([b"\xcb" + bytes(8), b"\xcb" + bytes(8)]))),
    "benign-flax-empty.msgpack": _flax(array([0, 4], data=b"")),
    "benign-flax-chunked.msgpack": _flax({"__msgpack_chunked_array__": b"\xc3", "shape": {"0": 4}, "chunks": {"0": array([4])}}),
    "benign-flax-checkpoint": _flax(array([4])),
    "msgpack-shape-disagrees.msgpack": _flax(array([2, 2000])),
    "msgpack-shape-overflows.msgpack": _flax(array([1 << 33, 1 << 33])),
    "msgpack-array-no-array.msgpack": _flax(extension(1, b"\x01")),
    "msgpack-array-cut-off.msgpack": _flax(extension(1, packed([[4], "float32"]) + binary(_FLOATS))),
    "msgpack-object-array.msgpack": _flax(array([2], "object", bytes(16))),
    "msgpack-object-array-code.msgpack": _flax(array([2], "|O", bytes(16))),
    "msgpack-type-not-known.msgpack": _flax(array([2], "float7_x")),
    "msgpack-extension-pickle.msgpack": _flax(extension(42, PAYLOAD_4)),
    "msgpack-bytes-pickle.msgpack": _flax(binary(PAYLOAD_4)),
    "msgpack-duplicate-key.msgpack": lambda: b"\x82" + (packed("kernel") + array([4])) * 2,
    "msgpack-trailing-pickle.msgpack": lambda: packed({"a": 1}) + PAYLOAD_4,
    "msgpack-nested.msgpack": lambda: _nested(2000),
    "msgpack-length-overflows.msgpack": lambda: b"\x81" + packed("a") + b"\xdd\xff\xff\xff\xff",
    "msgpack-cut-off.msgpack": lambda: packed({"a": {"kernel": array([4])}})[:-3],
    "msgpack-reserved.msgpack": lambda: b"\x81" + packed("a") + b"\xc1",
    "msgpack-is-pickle.msgpack": lambda: PAYLOAD_4,
}  # fmt: skip


def _node(loader: str, module: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"__class__": name, "__module__": module, "__loader__": loader, **rest}


def _json(value: object) -> dict[str, Any]:
    return _node("JsonNode", "builtins", "str", content=json.dumps(value), is_json=True)


def _dict(**content: Any) -> dict[str, Any]:
    keys = _node("ListNode", "builtins", "list", content=[_node("TypeNode", "builtins", "str") for _ in content])
    return _node("DictNode", "builtins", "dict", content=content, key_types=keys)


def _tuple(*content: Any) -> dict[str, Any]:
    return _node("TupleNode", "builtins", "tuple", content=list(content))


def _estimator(**attributes: Any) -> dict[str, Any]:
    return _node("ObjectNode", "sklearn.linear_model._logistic", "LogisticRegression", content=_dict(**attributes))


def skops(root: object, *members: Member) -> bytes:
    """Return a file with this schema."""
    text = root if isinstance(root, bytes) else json.dumps(root).encode()
    return archive(Member(name=b"schema.json", data=text, method=DEFLATED), *members)


_ARRAY = Member(name=b"140.npy", data=npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", _FLOATS))
_OBJECTS = Member(name=b"140.npy", data=npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", PAYLOAD_4))
_COEF = _node("NdArrayNode", "numpy", "ndarray", type="numpy", file="140.npy")
_CALL = _node("ConstructorFromReduceNode", "os", "system", content=_tuple(_json("echo weighbridge")))


def _skops(**attributes: Any) -> Callable[[], bytes]:
    return lambda: skops(_estimator(**attributes), _ARRAY)


def _method(module: str, name: str, func: str) -> dict[str, Any]:
    return _node("MethodNode", module, name, content={"func": func, "obj": _estimator(C=_json(1.0))})


SKOPS: Mapping[str, Callable[[], bytes]] = {
    "benign-skops.skops": _skops(coef_=_COEF, C=_json(1.0), shape=_tuple(_json(1), _json(4))),
    "benign-skops-function.skops": _skops(func=_node("FunctionNode", "numpy", "log1p"), dtype=_node("TypeNode", "numpy", "float64")),
    "benign-skops-random.skops": _skops(
        rng=_node("RandomStateNode", "numpy.random.mtrand", "RandomState", content=_dict(pos=_json(1))),
        sparse=_node("SparseMatrixNode", "scipy.sparse._csr", "csr_matrix", type="scipy", file="140.npy"),
    ),
    "benign-skops-item.skops": _skops(
        pick=_node("OperatorFuncNode", "operator", "itemgetter", attrs=_tuple(_json(0))), function=_json("a key of the user's")
    ),
    "benign-zip-schema.zip": lambda: skops({"type": "object", "properties": {"os.system": {"type": "string"}}}),
    "skops-constructs.skops": lambda: skops(_CALL),
    "skops-constructs-inside.skops": _skops(coef_=_COEF, hook=_CALL),
    "skops-constructs-getattr.skops": lambda: skops(
        _node("ConstructorFromReduceNode", "builtins", "getattr", content=_tuple(_node("TypeNode", "os", "path"), _json("os")))
    ),
    "skops-container-calls.skops": lambda: skops(_node("ListNode", "subprocess", "Popen", content=[_json("echo weighbridge")])),
    "skops-object.skops": lambda: skops(_node("ObjectNode", "subprocess", "Popen", content=_dict(a=_json(1)))),
    "skops-function.skops": _skops(func=_node("FunctionNode", "builtins", "exec")),
    "skops-function-old.skops": _skops(
        func=_node("FunctionNode", "builtins", "function", content={"module_path": "os", "function": "system"})
    ),
    "skops-type.skops": _skops(kind=_node("TypeNode", "shutil", "rmtree")),
    "skops-partial.skops": _skops(
        func=_node("PartialNode", "functools", "partial", content={"func": _node("FunctionNode", "os", "system")})
    ),
    "skops-operator.skops": _skops(
        func=_node("OperatorFuncNode", "operator", "methodcaller", attrs=_tuple(_json("run"), _json("echo weighbridge")))
    ),
    "skops-operator-elsewhere.skops": _skops(
        func=_node("OperatorFuncNode", "sklearn.linear_model._stochastic_gradient", "call", attrs=_tuple())
    ),
    "skops-method.skops": _skops(func=_method("sklearn.linear_model._logistic", "LogisticRegression", "fit")),
    "skops-method-elsewhere.skops": _skops(func=_method("builtins", "int", "fit")),
    "skops-method-of-nothing.skops": _skops(func=_node("MethodNode", "builtins", "int", content=[])),
    "skops-unknown.skops": _skops(step=_node("ObjectNode", "mymodel.steps", "Scaler", content=_dict(a=_json(1)))),
    "skops-unknown-allowed.skops": _skops(step=_node("ObjectNode", "mymodel.steps", "Scaler", content=_dict(a=_json(1)))),
    "skops-unknown-loader.skops": _skops(step=_node("EvalNode", "builtins", "str", content="print(1)")),
    "skops-reaches-out.skops": _skops(step=_node("FunctionNode", "urllib.request", "urlopen")),
    "skops-no-names.skops": _skops(step={"__loader__": ["ObjectNode"], "__module__": 5, "__class__": None}),
    "skops-twice.skops": lambda: skops(
        b'{"__loader__":"ObjectNode","__module__":"sklearn.linear_model._logistic","__class__":"LogisticRegression",'
        b'"__module__":"sklearn.linear_model._logistic","content":null}'
    ),
    "skops-array-pickle.skops": lambda: skops(_estimator(coef_=_COEF), _OBJECTS),
    "skops-no-json.skops": lambda: skops(b'{"__loader__": "ObjectNode", "__module__": '),
    "skops-is-pickle.skops": lambda: PAYLOAD_4,
}  # fmt: skip

SAMPLES: Mapping[str, Callable[[], bytes]] = {**FLAX, **SKOPS}
