"""One module per format: bytes in, facts out.

A format module reads one `Part` and yields `Finding`, `Gap` and `Embedded`. It does not judge paths, know settings, log,
or import another format; what two of them need stands one layer below (`scanners.unpickler`, `scanners.inflate`).
Any bytes whatever yield facts or raise `Malformed` or `BudgetExceeded`; nothing else crosses this border.
"""

from __future__ import annotations

from enum import StrEnum

from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.limits import Budget
    from scanners.neighbours import Neighbours
    from scanners.sources import Source


class Format(StrEnum):
    """What a part is, by content. The value is what reports and metrics show."""

    PICKLE = "pickle"
    ZIP = "zip"
    TORCH_ZIP = "pytorch-zip"
    TORCH_LEGACY = "pytorch-legacy"
    TORCH_TAR = "pytorch-tar"
    NPY = "npy"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    LZMA = "lzma"
    ZLIB = "zlib"
    LZ4 = "lz4"
    SAFETENSORS = "safetensors"
    KERAS_HDF5 = "keras-hdf5"
    KERAS_ZIP = "keras-v3"
    KERAS_CONFIG = "keras-config"
    SAVED_MODEL = "tensorflow-savedmodel"
    TENSORFLOW_GRAPH = "tensorflow-graph"
    TENSORFLOW_META_GRAPH = "tensorflow-metagraph"
    TENSORFLOW_TEXT = "tensorflow-text"
    KERAS_METADATA = "keras-metadata"
    TENSORFLOW_CHECKPOINT = "tensorflow-checkpoint"
    ZSTANDARD = "zstandard"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    OTHER_ARCHIVE = "other-archive"
    """An archive or compressed stream of a kind that has no member of its own here: cpio, ar, cab, lzip, squashfs ..."""
    ONNX = "onnx"
    ONNX_TEXT = "onnx-text"
    """ONNX in protobuf's text format, as JSON or in its own language."""
    TFLITE = "tflite"
    ORT = "onnx-runtime"
    """ONNX Runtime's own form of a graph, a FlatBuffer."""
    EXECUTORCH = "executorch"
    OPENVINO = "openvino"
    COREML = "coreml"
    COREML_MANIFEST = "coreml-manifest"
    COREML_WEIGHTS = "coreml-weights"
    PADDLE = "paddle"
    PADDLE_PARAMETERS = "paddle-parameters"
    PADDLE_JSON = "paddle-json"
    """A program of PaddlePaddle's newer intermediate representation."""
    TENSORRT = "tensorrt"
    RKNN = "rknn"
    MXNET = "mxnet"
    CNTK = "cntk"
    TORCH7 = "torch7"
    R_DATA = "r-data"
    PMML = "pmml"
    XML = "xml"
    """A document of another kind whose entities reach out or explode; any other is inert."""
    GGUF = "gguf"
    GGML = "ggml"
    JINJA_TEMPLATE = "jinja-template"
    """A chat template, which a server renders with Jinja for every request."""
    FLAX_MSGPACK = "flax-msgpack"
    SKOPS = "skops"
    SKOPS_SCHEMA = "skops-schema"
    """The JSON inside a skops file that says which classes are made of what."""
    XGBOOST_JSON = "xgboost-json"
    XGBOOST_UBJSON = "xgboost-ubjson"
    LIGHTGBM = "lightgbm-text"
    CATBOOST = "catboost"
    ELF = "elf"
    PE = "pe"
    MACH_O = "mach-o"
    OTHER_EXECUTABLE = "other-executable"
    """Code for a machine or a virtual machine of another kind: WebAssembly, Java classes, LLVM bitcode."""
    SCRIPT = "script"
    """Text that names its interpreter in the first line."""
    TORCHSCRIPT = "torchscript"
    """Source text that PyTorch's just-in-time compiler reads from an archive's `code` folder."""
    MODEL_CONFIG = "model-config"
    """JSON that names code, kernels or files to the loader of a model."""
    YAML_CONFIG = "yaml"
    TRITON_CONFIG = "triton-config"
    REQUIREMENTS = "requirements"
    """Packages for an installer: pip's `requirements.txt`."""
    NOTEBOOK = "notebook"
    PYTHON_PATH_FILE = "python-path-file"
    """A `.pth` file of site-packages, with lines that the interpreter runs at its start."""
    PYTHON_SOURCE = "python-source"
    PYTHON_BYTECODE = "python-bytecode"
    TENSOR_DATA = "tensor-data"
    """Raw numbers, by word of the container: opaque unless the content is recognised as something that can carry code."""
    INERT = "inert"
    """Positively recognised as content that cannot carry code: text, JSON, images."""
    UNKNOWN = "unknown"


class Malformed(Exception):
    """Bytes that break their format's specification."""

    def __init__(self, offset: int, expected: str, found: str) -> None:
        super().__init__(offset, expected, found)
        self.offset = offset
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"at byte {self.offset}: expected {self.expected}, found {self.found}"


class Part(Record):
    """What a format reads: bytes and the little that surrounds them."""

    source: Source
    name: str
    """Last component of the file's or the member's name: what a loader that goes by names would see."""
    budget: Budget
    container: Format | None = None
    """The format this part was embedded in, None for a file."""
    declared: Format | None = None
    """What the container's loader takes this part for; None where content alone decides."""
    allowed_imports: frozenset[str] = frozenset()
    """Exact dotted names that the operator added to the allowlist."""
    neighbours: Neighbours | None = None
    """The files beside this one; None where they cannot be seen, as for members of archives."""
