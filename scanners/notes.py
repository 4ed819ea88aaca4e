"""What is checked in each format, and what is not: the rows of `weighbridge formats` and docs/formats.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.formats import Format

if TYPE_CHECKING:
    from collections.abc import Mapping


class Note(NamedTuple):
    """One row."""

    checked: str
    not_checked: str = ""


_UNREAD = Note("recognised only: reported as not examined", "everything")

NOTES: Mapping[Format, Note] = {
    Format.PICKLE: Note(
        "every opcode of protocols 0 to 5 as the unpickler runs it: imports, calls, BUILD, persistent ids, several pickles, "
        "what follows STOP, broken and truncated streams",
        "what a harmless class does with harmless state",
    ),
    Format.ZIP: Note(
        "every copy of every member by content; central directory against local headers; names, flags, sizes, methods, "
        "bytes before, between and after",
        "contents of encrypted members (reported)",
    ),
    Format.TORCH_ZIP: Note(
        "as ZIP; data.pkl and constants.pkl as pickles whatever they look like, TorchScript sources, hidden members, source that "
        "AOTInductor compiles",
        "the numbers of tensors",
    ),
    Format.TORCHSCRIPT: Note(
        "operators and classes that reach files, other processes or native code that is not PyTorch's",
        "what the computation means",
    ),
    Format.NPY: Note("header, dtype, shape against size; object arrays as the pickles they are", "the numbers"),
    Format.SAFETENSORS: Note(
        "header, duplicate keys, offsets in bounds, overlaps, gaps, trailing bytes", "the numbers"
    ),
    Format.TORCH_LEGACY: Note("all five pickles of the layout and what follows them", "the numbers of tensors"),
    Format.TORCH_TAR: Note("as tar; its pickles whatever they look like", "the numbers of tensors"),
    Format.TAR: Note("every member by content; links, devices, names that leave the directory, duplicates"),
    **dict.fromkeys(
        (Format.GZIP, Format.BZIP2, Format.XZ, Format.LZMA, Format.ZLIB, Format.LZ4),
        Note("the content, inflated within the budget; several streams in one file, bytes behind the last"),
    ),
    Format.KERAS_HDF5: Note(
        "model and training configuration wherever they stand, links, external and virtual storage without following them, "
        "declared sizes against stored ones, pickles in attributes, the user block",
        "the numbers of weights",
    ),
    Format.KERAS_ZIP: Note(
        "as ZIP; every copy of config.json as a configuration, weights and assets by content", "the numbers of weights"
    ),
    Format.KERAS_CONFIG: Note(
        "every object at any depth: bytecode, classes, functions and modules, pickled modules, paths and addresses in "
        "arguments, switches of safe mode, keys that stand twice",
        "what classes of your own do that are allowed by name",
    ),
    Format.KERAS_METADATA: Note(
        "the configuration of every layer, as keras-config", "classes that Keras revives by itself"
    ),
    Format.SAVED_MODEL: Note(
        "every operation of every meta graph and function; where savers, tables and caches get their paths from; names of "
        "assets; what Keras noted about its layers",
        "the numbers of tensors; what the computation means",
    ),
    Format.TENSORFLOW_GRAPH: Note(
        "every operation of the graph and its functions; where savers, tables and caches get their paths from",
        "the numbers of tensors; what the computation means",
    ),
    Format.ONNX: Note(
        "every operator of the graph, its subgraphs and functions by domain; paths, offsets and lengths of external data; "
        "shapes of tensors against what they hold; functions without end; compiled programs of vendors",
        "the numbers of tensors; what the computation means: a graph that answers wrongly for chosen inputs",
    ),
    Format.TFLITE: Note(
        "custom operators by name, operators of TensorFlow that ride along as in its graphs, shapes of tensors against their "
        "buffers, buffers against the file, associated files as the ZIP they are",
        "the numbers of tensors; what the computation means",
    ),
    Format.OPENVINO: Note(
        "layers of operator sets that no release of OpenVINO has; places of constants against their shapes and each other; "
        "entities and document types, none of them expanded",
        "the numbers; what the computation means",
    ),
    Format.PMML: Note(
        "entities and document types, none of them expanded; functions that are classes of the server; code in extensions",
        "what the computation means",
    ),
    Format.XML: Note("entities that are fetched from elsewhere, or that explode", "everything else in it"),
    Format.ORT: Note(
        "operators of the graph and its subgraphs as in onnx, shapes of tensors against what they hold",
        "the numbers of tensors; what the computation means",
    ),
    Format.EXECUTORCH: Note(
        "operators and backends by name, places of segments against the file",
        "the numbers; the programs that delegates hold for accelerators",
    ),
    Format.COREML: Note(
        "classes of the app in layers and models, models in other files, paths of weights, in pipelines and programs at any depth",
        "the numbers; what the computation means",
    ),
    Format.COREML_MANIFEST: Note("paths of the model and its weights in the package"),
    Format.COREML_WEIGHTS: Note("places of blobs against the file and each other", "the numbers"),
    Format.PADDLE: Note(
        "operators that call Python, open files, talk to other machines or hold another engine's program",
        "operators of custom libraries; what the computation means",
    ),
    Format.PADDLE_PARAMETERS: Note("shapes and types of tensors against the file", "the numbers"),
    Format.TENSORFLOW_META_GRAPH: Note("as tensorflow-savedmodel, for one meta graph", "the numbers of tensors"),
    Format.TENSORFLOW_TEXT: Note(
        "graphs, meta graphs and models in protobuf's text format as their binary forms; paths in checkpoint state files",
        "the numbers of tensors",
    ),
    Format.TENSORFLOW_CHECKPOINT: Note(
        "the index: places, shapes, types and sizes of tensors against each other", "the shards, which hold raw numbers"
    ),
    **dict.fromkeys(
        (Format.ELF, Format.PE, Format.MACH_O, Format.OTHER_EXECUTABLE, Format.SCRIPT),
        Note("that it is there at all: no model server needs one beside its weights", "what the program does"),
    ),
    Format.YAML_CONFIG: Note(
        "tags that build objects, what Hydra and NeMo call, MLflow's loader modules and code, where packages are installed "
        "from; without building anything",
        "keys of other loaders",
    ),
    Format.TRITON_CONFIG: Note(
        "backend, environments, libraries of operators, and paths that leave the model's folder",
        "the model it configures",
    ),
    Format.REQUIREMENTS: Note(
        "packages taken from addresses, repositories, folders and other indices",
        "what a package of the public index does",
    ),
    Format.NOTEBOOK: Note("code cells that hide what they run; what the others call is told", "magics and shell lines"),
    Format.PYTHON_PATH_FILE: Note("the lines that run, as python-source"),
    Format.PYTHON_SOURCE: Note(
        "the syntax tree: what runs on import, what reaches out then, what starts processes or evaluates text later, what is "
        "hidden by encodings or names put together; whether a server runs it by default",
        "whether code that is not dangerous by name does what it should; names that only running it would tell",
    ),
    Format.PYTHON_BYTECODE: Note("that it is there at all", "what the code does"),
    Format.MODEL_CONFIG: Note(
        "keys at any depth that name code, kernels, classes or files: auto_map, custom pipelines and components, attention "
        "kernels, trust_remote_code, modules to import, handlers of servers, paths of shards, keys that stand twice; whether the "
        "module that is named stands beside it; chat templates, as jinja-template",
        "the code that is named: the file beside it is examined by itself, another repository not at all",
    ),
    Format.GGUF: Note(
        "counts, lengths and shapes against the file; keys and tensors that stand twice; alignment, types, places in bounds, "
        "overlaps, gaps, trailing bytes; chat templates as jinja-template",
        "the numbers; values of the metadata other than templates",
    ),
    Format.GGML: Note("vocabulary and tensors account for every byte of the file", "the numbers"),
    Format.FLAX_MSGPACK: Note(
        "arrays' shapes and types against their bytes, object types, other extensions, keys that stand twice, nesting, bytes "
        "behind the value; plain bytes by content",
        "the numbers",
    ),
    Format.SKOPS: Note("as ZIP; the schema as skops-schema, arrays by content", "the numbers"),
    Format.SKOPS_SCHEMA: Note(
        "every class, function and method that a node names, as a pickle's import; nodes that contradict their loader",
        "what classes do with the state they are given",
    ),
    **dict.fromkeys(
        (Format.XGBOOST_JSON, Format.XGBOOST_UBJSON, Format.LIGHTGBM, Format.CATBOOST),
        Note(
            "numbers of trees, nodes and values against each other; children that make trees; features that exist; bytes "
            "behind the model",
            "what the trees decide; JSON above 16 MiB, which stays text; CatBoost's tables of categories",
        ),
    ),
    Format.JINJA_TEMPLATE: Note(
        "attributes, calls, filters and tests against what chat templates need; names put together from text; other "
        "templates it loads; loops and values without bounds, as far as constants tell",
        "what the template prints; loops over the messages themselves",
    ),
    **dict.fromkeys(
        (
            Format.ZSTANDARD,
            Format.SEVEN_ZIP,
            Format.RAR,
            Format.OTHER_ARCHIVE,
            Format.ONNX_TEXT,
            Format.PADDLE_JSON,
            Format.TENSORRT,
            Format.RKNN,
            Format.MXNET,
            Format.CNTK,
            Format.TORCH7,
            Format.R_DATA,
        ),
        _UNREAD,
    ),
    Format.TENSOR_DATA: Note("content that could carry code after all", "the numbers"),
    Format.INERT: Note("that it is text, JSON or an image, which can carry no code"),
    Format.UNKNOWN: Note("nothing: reported as not examined", "everything"),
}
"""Every format has a row; a test says so."""
