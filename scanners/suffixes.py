"""
What names say: which formats are no surprise under a suffix, and which names call a file a pickle.

A name never decides what a file is. It can disagree with the content, and it makes a broken pickle a pickle.
"""

from __future__ import annotations

from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_STREAMS = frozenset({Format.GZIP, Format.BZIP2, Format.XZ, Format.LZMA, Format.ZLIB, Format.LZ4, Format.ZSTANDARD})
_PICKLES = frozenset({Format.PICKLE}) | _STREAMS
"""joblib compresses whatever the suffix is."""
_TORCH = frozenset({Format.TORCH_ZIP, Format.TORCH_LEGACY, Format.TORCH_TAR, Format.PICKLE})
_INERT = frozenset({Format.INERT})
_TEXT = frozenset(
    {
        Format.INERT,
        Format.SCRIPT,
        Format.KERAS_CONFIG,
        Format.TENSORFLOW_TEXT,
        Format.MODEL_CONFIG,
        Format.YAML_CONFIG,
        Format.REQUIREMENTS,
        Format.SKOPS_SCHEMA,
        Format.XGBOOST_JSON,
        Format.LIGHTGBM,
    }
)
_NATIVE = frozenset({Format.ELF, Format.MACH_O, Format.PE, Format.OTHER_EXECUTABLE})
_TENSORFLOW = frozenset(
    {
        Format.SAVED_MODEL,
        Format.TENSORFLOW_GRAPH,
        Format.TENSORFLOW_META_GRAPH,
        Format.TENSORFLOW_TEXT,
        Format.KERAS_METADATA,
    }
)
_KERAS = frozenset({Format.KERAS_HDF5, Format.KERAS_ZIP})
_ZIPS = frozenset({Format.ZIP, Format.TORCH_ZIP, Format.KERAS_ZIP, Format.SKOPS})

SHELL_SUFFIXES = (".sh", ".bash", ".zsh", ".ksh", ".csh", ".fish", ".bat", ".cmd", ".ps1")
"""Suffixes under which a shell's scripts are kept; an interpreter that is given one asks for no first line."""
TEMPLATE_SUFFIXES = frozenset({".jinja", ".jinja2", ".j2"})
"""Suffixes of Jinja templates; nothing in the text says so."""

EXPECTED: Mapping[str, frozenset[Format]] = {
    **dict.fromkeys((".pkl", ".pickle", ".pck", ".pk", ".dill", ".cloudpickle", ".sav"), _PICKLES | _TORCH),
    ".joblib": _PICKLES,
    **dict.fromkeys((".pt", ".pt2", ".ptl", ".pytorch"), _TORCH | {Format.ZIP}),
    ".pth": _TORCH | {Format.ZIP, Format.PYTHON_PATH_FILE},
    ".ipynb": frozenset({Format.NOTEBOOK, Format.INERT}),
    ".ckpt": _TORCH | {Format.TENSORFLOW_CHECKPOINT, Format.TENSOR_DATA},
    ".safetensors": frozenset({Format.SAFETENSORS}),
    ".npy": frozenset({Format.NPY}),
    ".npz": frozenset({Format.ZIP}),
    ".zip": _ZIPS,
    ".mar": frozenset({Format.ZIP, *_STREAMS}),
    ".whl": frozenset({Format.ZIP}),
    ".tar": frozenset({Format.TAR, Format.TORCH_TAR}),
    **dict.fromkeys((".tgz", ".gz"), frozenset({Format.GZIP})),
    **dict.fromkeys((".bz2", ".tbz2"), frozenset({Format.BZIP2})),
    **dict.fromkeys((".xz", ".txz"), frozenset({Format.XZ})),
    ".lzma": frozenset({Format.LZMA, Format.XZ}),
    ".lz4": frozenset({Format.LZ4}),
    **dict.fromkeys((".zst", ".tzst"), frozenset({Format.ZSTANDARD})),
    ".7z": frozenset({Format.SEVEN_ZIP}),
    ".rar": frozenset({Format.RAR}),
    **dict.fromkeys((".h5", ".hdf5", ".weights"), _KERAS),
    ".keras": _KERAS,
    ".pb": _TENSORFLOW | {Format.ONNX, Format.INERT},
    ".pbtxt": _TENSORFLOW | {Format.INERT, Format.TRITON_CONFIG},
    ".meta": _TENSORFLOW | {Format.INERT},
    ".onnx": frozenset({Format.ONNX}),
    ".tflite": frozenset({Format.TFLITE}),
    ".ort": frozenset({Format.ORT}),
    ".pte": frozenset({Format.EXECUTORCH}),
    ".skops": frozenset({Format.SKOPS}),
    ".msgpack": frozenset({Format.FLAX_MSGPACK}),
    ".cbm": frozenset({Format.CATBOOST}),
    ".ubj": frozenset({Format.XGBOOST_UBJSON}),
    ".gguf": frozenset({Format.GGUF}),
    ".ggml": frozenset({Format.GGML}),
    ".py": frozenset({Format.PYTHON_SOURCE, Format.TORCHSCRIPT, Format.SCRIPT}),
    ".pyc": frozenset({Format.PYTHON_BYTECODE}),
    **dict.fromkeys((".so", ".dylib", ".dll", ".exe", ".pyd"), _NATIVE),
    **dict.fromkeys(SHELL_SUFFIXES, frozenset({Format.SCRIPT, Format.INERT})),
    **dict.fromkeys((".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".toml"), _TEXT),
    ".json": _TEXT | {Format.COREML_MANIFEST, Format.MXNET, Format.ONNX_TEXT, Format.PADDLE_JSON},
    **dict.fromkeys(TEMPLATE_SUFFIXES, frozenset({Format.JINJA_TEMPLATE, Format.INERT})),
    **dict.fromkeys((".ini", ".cfg", ".html", ".htm", ".css", ".vocab", ".merges"), _INERT),
    ".xml": frozenset({Format.OPENVINO, Format.PMML, Format.XML, Format.INERT}),
    ".svg": frozenset({Format.XML, Format.INERT}),
    ".mlmodel": frozenset({Format.COREML}),
    ".pdmodel": frozenset({Format.PADDLE}),
    ".pdiparams": frozenset({Format.PADDLE_PARAMETERS}),
    ".rknn": frozenset({Format.RKNN}),
    **dict.fromkeys((".engine", ".plan", ".trt"), frozenset({Format.TENSORRT})),
    ".t7": frozenset({Format.TORCH7}),
    **dict.fromkeys((".rds", ".rda", ".rdata"), _STREAMS | {Format.R_DATA}),
    ".pmml": frozenset({Format.PMML, Format.XML}),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".ico", ".tif", ".tiff"), _INERT),
    **dict.fromkeys((".wav", ".mp3", ".flac", ".ogg", ".mp4", ".ttf", ".woff", ".woff2"), _INERT),
}
"""Suffix in lower case -> formats that are no surprise under it; a suffix that is not listed expects nothing."""

PICKLE_SUFFIXES = frozenset(
    {".pkl", ".pickle", ".pck", ".pk", ".p", ".dill", ".cloudpickle", ".sav", ".joblib", ".pt", ".pth"}
)
"""Suffixes under which users and libraries save pickles."""


def suffix(name: str) -> str:
    """Return what follows the last dot, with it and in lower case; empty where there is none."""
    return name[name.rfind(".") :].lower() if "." in name else ""
