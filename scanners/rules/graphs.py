"""Rules about graphs of other frameworks than TensorFlow: ONNX, TensorFlow Lite."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

_EXPORT = "Export the model anew without the operator, or ask its publisher what it is for."
_EXTERNAL_DATA = "https://github.com/onnx/onnx/blob/main/docs/ExternalData.md"

TABLE = (
    Rule(
        "onnx-external-data-leaves",
        Severity.HIGH,
        "The numbers of a tensor lie outside of the model's folder",
        "The loader opens the path with the rights of the server, and a saver overwrites it.",
        "Save the model anew with its external data beside it; locations are plain relative paths.",
        ("CVE-2022-25882", "CVE-2024-27318", "CVE-2025-51480", "CVE-2026-27489", "CWE-22"),
    ),
    Rule(
        "onnx-external-data-address",
        Severity.HIGH,
        "A tensor names an address in the memory of the server",
        "The place is a mark that ONNX Runtime keeps for itself; loaders that honour it in a file read memory of its author's choice.",
        "Do not load the model; no exporter writes this.",
        ("https://github.com/microsoft/onnxruntime/pull/28709", "CWE-822"),
    ),
    Rule(
        "onnx-external-data-key",
        Severity.MEDIUM,
        "The place of a tensor is described by keys that are not the specification's",
        "The reference implementation before 1.21 sets whatever they name as attributes of an object.",
        "Save the model anew; exporters write location, offset, length and checksum, each once.",
        ("CVE-2026-34445", "CWE-915"),
    ),
    Rule(
        "onnx-external-data-range",
        Severity.HIGH,
        "The place of a tensor's numbers contradicts its shape, another tensor or the file",
        "A reader that trusts offset and length reads bytes that are not the tensor's.",
        "Save the model anew with its external data.",
        (_EXTERNAL_DATA, "CWE-125"),
    ),
    Rule(
        "onnx-tensor-disagrees",
        Severity.HIGH,
        "A tensor's shape and type disagree with what it holds",
        "A reader that trusts the shape allocates or reads beyond what is there.",
        "Save the model anew; the reference checker refuses this file.",
        ("CWE-1284",),
    ),
    Rule(
        "onnx-duplicate-name",
        Severity.LOW,
        "Two tensors of one graph have the same name",
        "Runtimes differ in which of the two they take, and so in which numbers the model computes with.",
        "Save the model anew; names of initializers are unique.",
    ),
    Rule(
        "onnx-op-not-recognised",
        Severity.MEDIUM,
        "The graph uses an operator of no known domain",
        "Such operators come from plug-in libraries: native code that the server has to load, doing nobody knows what.",
        "If you know the library, add DOMAIN.OPERATOR, or the whole domain, by --allow-import or to allowedImports of the ModelPolicy.",
        ("https://onnxruntime.ai/docs/reference/operators/add-custom-op.html",),
    ),
    Rule(
        "onnx-python-op",
        Severity.HIGH,
        "The graph calls Python code of the serving process",
        "Which module and class or function runs is decided by names in the graph; no exported model needs that.",
        _EXPORT,
        ("CWE-470",),
    ),
    Rule(
        "onnx-network-op",
        Severity.HIGH,
        "The graph talks to the network",
        "The operator sends its inputs to an address that stands in the graph: they leave the server.",
        _EXPORT,
        ("https://github.com/microsoft/onnxruntime-extensions", "CWE-918"),
    ),
    Rule(
        "onnx-native-op",
        Severity.HIGH,
        "The graph holds or names a compiled program",
        "The operator hands bytes to a vendor's runtime that runs or deserialises them; they were not examined.",
        "Compile the model on your own server, from the graph it was made of.",
        ("https://onnxruntime.ai/docs/execution-providers/EP-Context-Design.html",),
    ),
    Rule(
        "onnx-function-recursion",
        Severity.HIGH,
        "The functions of the model never end, or become more nodes than a server can hold",
        "Runtimes put the body in the place of each call: the process runs out of stack or memory while it loads.",
        "Do not load the model; the standard forbids recursion.",
        ("https://github.com/onnx/onnx/blob/main/docs/IR.md#functions", "CWE-674"),
    ),
    Rule(
        "tflite-op-not-recognised",
        Severity.MEDIUM,
        "The model uses a custom operator that is not known",
        "Such operators are native code that the server has to register under the name, doing nobody knows what.",
        "If you know the library, allow the operator's name by --allow-import.",
        ("https://www.tensorflow.org/lite/guide/ops_custom",),
    ),
    Rule(
        "tflite-tensor-disagrees",
        Severity.HIGH,
        "A tensor's shape and type disagree with its buffer, or a buffer with the file",
        "A reader that trusts the shape reads or writes beyond the buffer.",
        "Convert the model anew; the converter does not write this.",
        ("CWE-125", "CWE-787"),
    ),
)
