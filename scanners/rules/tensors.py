"""Rules about files of numbers: NumPy, safetensors, PyTorch's archive."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

TABLE = (
    Rule(
        "npy-object-array",
        Severity.LOW,
        "The array holds Python objects",
        "It is a pickle in an array's clothes; what the pickle imports is judged on its own.",
        "Save the array with a numeric or text dtype, and load with allow_pickle=False.",
        ("CVE-2019-6446",),
    ),
    Rule(
        "npy-size-disagrees",
        Severity.MEDIUM,
        "The array is shorter than its header says",
        "The file is cut off, or its header asks the loader for memory of its author's choice.",
        "Get the file again; if it still disagrees, do not load it.",
        ("CWE-1284",),
    ),
    Rule(
        "npy-trailing-bytes",
        Severity.MEDIUM,
        "Bytes follow the array",
        "NumPy does not read them, something else may.",
        "Save the array anew, or ask its publisher what follows it.",
    ),
    Rule(
        "safetensors-duplicate-key",
        Severity.HIGH,
        "A key of the header stands twice",
        "Readers differ in which of the two they take, and so in which tensor they load.",
        "Save the model anew; the reference writer does not do this.",
    ),
    Rule(
        "safetensors-tensor-disagrees",
        Severity.HIGH,
        "A tensor's shape, type and place disagree",
        "A reader that trusts the header reads bytes that are not the tensor's.",
        "Save the model anew; the reference reader refuses this file.",
        ("CWE-125",),
    ),
    Rule(
        "safetensors-overlap",
        Severity.HIGH,
        "Tensors share bytes",
        "A small file can fill memory without end; the reference reader refuses it, others do not.",
        "Save the model anew; the reference reader refuses this file.",
    ),
    Rule(
        "safetensors-unaccounted-bytes",
        Severity.HIGH,
        "The file holds bytes that belong to no tensor",
        "Another reader may take them for another file; the reference reader refuses them.",
        "Save the model anew; the reference reader refuses this file.",
    ),
    Rule(
        "safetensors-header-oversized",
        Severity.HIGH,
        "The header is larger than the format allows",
        "Reading it costs memory of its author's choice.",
        "Save the model anew; the reference reader refuses this file.",
        ("CWE-789",),
    ),
    Rule(
        "safetensors-metadata",
        Severity.LOW,
        "The metadata is not a map of text to text",
        "The format allows nothing else; what reads it may be confused.",
        "Save the model anew.",
    ),
)
