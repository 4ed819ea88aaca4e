"""Models of Flax, skops and gradient boosting: files that do not fit themselves, and honest ones."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from tests.corpus.numpy_arrays import npy
from tests.corpus.payloads import PAYLOAD_4
from tests.corpus.zip_builder import DEFLATED, Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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

_SIDES = {"left_children": [1, -1, -1], "right_children": [2, -1, -1]}
_CIRCLE = {"left_children": [1, 0, -1], "right_children": [2, 2, -1]}


def _tree(**changes: Any) -> dict[str, Any]:
    tree = {
        **_SIDES,
        "parents": [2147483647, 0, 0],
        "split_indices": [1, 0, 0],
        "split_conditions": [0.5, 1.0, -1.0],
        "default_left": [1, 0, 0],
        "tree_param": {"num_nodes": "3", "num_feature": "2", "num_deleted": "0", "size_leaf_vector": "1"},
    }
    return {**tree, **changes}


def _xgboost(*trees: dict[str, Any], name: str = "gbtree", announced: int | None = None) -> dict[str, Any]:
    model = {
        "gbtree_model_param": {"num_trees": str(len(trees) if announced is None else announced)},
        "trees": list(trees),
    }
    booster = {"model": model, "name": name} if name == "gbtree" else {"gbtree": {"model": model}, "name": name}
    return {
        "learner": {"attributes": {}, "gradient_booster": booster, "objective": {"name": "reg"}},
        "version": [3, 0, 0],
    }


def ubjson(value: Any) -> bytes:
    """Return a value in UBJSON as XGBoost writes it."""
    if isinstance(value, dict):
        return b"{" + b"".join(b"L" + _text(key) + ubjson(inner) for key, inner in value.items()) + b"}"
    if isinstance(value, str):
        return b"SL" + _text(value)
    if isinstance(value, list) and value and all(isinstance(item, int) for item in value):
        return b"[$l#L" + struct.pack(">q", len(value)) + struct.pack(f">{len(value)}i", *value)
    if isinstance(value, list) and value and all(isinstance(item, float) for item in value):
        return b"[$d#L" + struct.pack(">q", len(value)) + struct.pack(f">{len(value)}f", *value)
    if isinstance(value, list):
        return b"[#L" + struct.pack(">q", len(value)) + b"".join(map(ubjson, value))
    return b"L" + struct.pack(">q", value) if isinstance(value, int) else b"D" + struct.pack(">d", value)


def _text(value: str) -> bytes:
    return struct.pack(">q", len(value)) + value.encode()


_MODELS: Mapping[str, dict[str, Any]] = {
    "benign-xgboost": _xgboost(_tree(), _tree()),
    "benign-xgboost-dart": _xgboost(_tree(), name="dart"),
    "benign-xgboost-leaf": _xgboost(_tree(split_indices=[1, 99, 99], right_children=[2, 7, 7])),
    "benign-xgboost-linear": {"learner": {"gradient_booster": {"model": {"weights": [0.5, 1.5]}, "name": "gblinear"}}},
    "xgboost-child-beyond": _xgboost(_tree(left_children=[9999, -1, -1])),
    "xgboost-child-negative": _xgboost(_tree(left_children=[-7, -1, -1])),
    "xgboost-circle": _xgboost(_tree(**_CIRCLE)),
    "xgboost-feature-beyond": _xgboost(_tree(split_indices=[5000, 0, 0])),
    "xgboost-nodes-missing": _xgboost(_tree(split_conditions=[0.5])),
    "xgboost-nodes-unsaid": _xgboost(_tree(tree_param={})),
    "xgboost-trees-missing": _xgboost(_tree(), announced=900),
    "xgboost-trees-no-list": {"learner": {"gradient_booster": {"model": {"trees": "none"}, "name": "gbtree"}}},
}
XGBOOST: Mapping[str, Callable[[], bytes]] = {
    **{f"{name}.json": lambda model=model: json.dumps(model).encode() for name, model in _MODELS.items()},
    **{f"{name}.ubj": lambda model=model: ubjson(model) for name, model in _MODELS.items()},
    "xgboost-twice.json": lambda: json.dumps(_xgboost(_tree())).encode().replace(b'"parents"', b'"split_indices"'),
    "xgboost-cut-off.ubj": lambda: ubjson(_xgboost(_tree()))[:-9],
    "xgboost-count-overflows.ubj": lambda: ubjson(_xgboost(_tree())).replace(
        b"[$l#L" + struct.pack(">q", 3), b"[$l#L" + struct.pack(">q", 1 << 62), 1
    ),
    "xgboost-nested.ubj": lambda: ubjson(_xgboost(_tree()))[:-1] + b"i\1a" + b"[" * 3000,
    "xgboost-suffix-pickle.ubj": lambda: ubjson(_xgboost(_tree())) + PAYLOAD_4,
}


def _lightgbm(tree: str, *, sizes: str = "300", features: int = 1) -> bytes:
    head = f"tree\nversion=v4\nnum_class=1\nmax_feature_idx={features}\nfeature_names=a b\ntree_sizes={sizes}\n\n"
    return f"{head}Tree=0\n{tree}\n\nend of trees\n\nparameters:\n[boosting: gbdt]\nend of parameters\n".encode()


_LINES = (
    "num_leaves=3\nnum_cat=0\nsplit_feature=0 1\nsplit_gain=1 0.5\nthreshold=0.5 1.5\ndecision_type=2 2\n"
    "left_child=1 -1\nright_child=-2 -3\nleaf_value=0.1 0.2 0.3\nleaf_count=5 6 7\ninternal_value=0 0.1"
)
LIGHTGBM: Mapping[str, Callable[[], bytes]] = {
    "benign-lightgbm.txt": lambda: _lightgbm(_LINES),
    "benign-lightgbm-constant.txt": lambda: _lightgbm("num_leaves=1\nnum_cat=0\nleaf_value=0.5"),
    "lightgbm-child-beyond.txt": lambda: _lightgbm(_LINES.replace("left_child=1 -1", "left_child=77 -1")),
    "lightgbm-leaf-beyond.txt": lambda: _lightgbm(_LINES.replace("right_child=-2 -3", "right_child=-2 -99")),
    "lightgbm-circle.txt": lambda: _lightgbm(_LINES.replace("left_child=1 -1", "left_child=1 0")),
    "lightgbm-feature-beyond.txt": lambda: _lightgbm(_LINES.replace("split_feature=0 1", "split_feature=0 500")),
    "lightgbm-values-missing.txt": lambda: _lightgbm(_LINES.replace("leaf_value=0.1 0.2 0.3", "leaf_value=0.1")),
    "lightgbm-trees-missing.txt": lambda: _lightgbm(_LINES, sizes="300 300 300"),
    "lightgbm-leaves-unsaid.txt": lambda: _lightgbm(_LINES.replace("num_leaves=3", "num_leaves=-3")),
}


def flatbuffer(trees: Sequence[Sequence[int]], *, dimension: int = 1, leaves: int = 4) -> bytes:
    """Return a core of CatBoost's: a table whose second field is a table of trees, vectors behind it."""
    vectors = [*trees, [0] * leaves]
    layouts = ["i"] * len(trees) + ["d"]
    places, body = [], b""
    for layout, items in zip(layouts, vectors, strict=True):
        places.append(len(body))
        body += struct.pack(f"<I{len(items)}{layout}", len(items), *items)
    vtable = struct.pack("<13H", 26, 24, 4, 8, 12, 16, 0, 0, 0, 0, 20, 0, 0)
    core_vtable, core = struct.pack("<4H", 8, 8, 0, 4), struct.pack("<iI", 8, 30)
    fields = b"".join(struct.pack("<I", 16 - 4 * index + place) for index, place in enumerate(places))
    table = struct.pack("<ii", 26, dimension) + fields
    return struct.pack("<I", 12) + core_vtable + core + vtable + table + body


def _catboost(core: bytes, behind: bytes = b"", length: int | None = None) -> bytes:
    return b"CBM1" + struct.pack("<I", len(core) if length is None else length) + core + behind


_TREES = ([3, 1], [2], [0])
CATBOOST: Mapping[str, Callable[[], bytes]] = {
    "benign-catboost.cbm": lambda: _catboost(flatbuffer(_TREES)),
    "catboost-core-beyond.cbm": lambda: _catboost(flatbuffer(_TREES), length=1 << 31),
    "catboost-splits-beyond.cbm": lambda: _catboost(flatbuffer(([3, 1], [200], [0]))),
    "catboost-splits-negative.cbm": lambda: _catboost(flatbuffer(([3, 1], [-2], [0]))),
    "catboost-start-beyond.cbm": lambda: _catboost(flatbuffer(([3, 1], [2], [100]))),
    "catboost-places-missing.cbm": lambda: _catboost(flatbuffer(([3, 1], [1, 1], [0]))),
    "catboost-leaves-missing.cbm": lambda: _catboost(flatbuffer(_TREES, leaves=1)),
    "catboost-dimension-huge.cbm": lambda: _catboost(flatbuffer(_TREES, dimension=1 << 30)),
    "catboost-suffix.cbm": lambda: _catboost(flatbuffer(_TREES), b"\xde\xad\xbe\xef"),
    "catboost-no-table.cbm": lambda: _catboost(bytes(40)),
}

SAMPLES: Mapping[str, Callable[[], bytes]] = {**FLAX, **SKOPS, **XGBOOST, **LIGHTGBM, **CATBOOST}
