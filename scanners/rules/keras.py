"""Rules about Keras configurations and the HDF5 files that hold Keras models."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

_SAVE_ANEW = (
    "Ask the publisher for a model of built-in layers, or rebuild the architecture in code and load only its weights."
)
_ALLOW = "If the name is your own code, add it by --allow-import NAME or to allowedImports of the ModelPolicy."

TABLE = (
    Rule(
        "keras-lambda",
        Severity.CRITICAL,
        "Loading the model runs Python bytecode that is stored in it",
        "A lambda is saved as marshalled bytecode; it runs when the layer is built or called, and files in HDF5 ignore "
        "Keras's safe mode in many versions.",
        _SAVE_ANEW,
        ("CVE-2024-3660", "CVE-2025-9905", "CWE-502"),
    ),
    Rule(
        "keras-lambda-function",
        Severity.MEDIUM,
        "A Lambda layer calls a function that is named in the model",
        "What the layer does is decided by whichever function the loading process knows under that name.",
        "Replace the Lambda layer by a registered layer class.",
        ("CVE-2024-3660",),
    ),
    Rule(
        "keras-torch-module",
        Severity.CRITICAL,
        "The model holds a pickled PyTorch module",
        "TorchModuleWrapper unpickles its module by torch.load while the model's configuration is read.",
        "Save the PyTorch module's weights as safetensors and build the module in code.",
        ("CVE-2025-49655", "CWE-502"),
    ),
    Rule(
        "keras-object-runs-code",
        Severity.CRITICAL,
        "The model's configuration names a function or class that runs code",
        "Keras imports the module and calls or instantiates the name with arguments from the file.",
        "Do not load the file.",
        ("CVE-2025-1550", "GHSA-pwq7-2gvj-vg9v", "CWE-502"),
    ),
    Rule(
        "keras-object-reaches-out",
        Severity.HIGH,
        "The model's configuration names a function or class that reaches files, the network or processes",
        "Keras imports the module and calls or instantiates the name with arguments from the file.",
        "Do not load the file.",
        ("CVE-2025-1550", "GHSA-pwq7-2gvj-vg9v", "CWE-502"),
    ),
    Rule(
        "keras-gadget",
        Severity.HIGH,
        "The model's configuration calls a Keras function that is not for models",
        "Functions that download, unpack, load or save let a configuration write files and load further models.",
        "Do not load the file.",
        ("CVE-2025-8747", "CVE-2025-12060"),
    ),
    Rule(
        "keras-enables-unsafe",
        Severity.CRITICAL,
        "The model's configuration switches Keras's safe mode off",
        "With safe mode off, the bytecode and pickles of the same or the next model run.",
        "Do not load the file.",
        ("CVE-2025-9906",),
    ),
    Rule(
        "keras-external-model",
        Severity.HIGH,
        "A layer loads another model from a path",
        "TFSMLayer loads and runs a SavedModel of the author's choice from a place that was not examined.",
        "Load the inner model in code from a place you control.",
        ("CVE-2026-1462",),
    ),
    Rule(
        "keras-path-argument",
        Severity.HIGH,
        "A layer reads a file or URL that the model names",
        "The path is opened while the model is loaded, in safe mode too: it discloses files or calls out.",
        "Save the vocabulary inside the model, as a list.",
        ("CVE-2025-12058",),
    ),
    Rule(
        "keras-tensorflow-function",
        Severity.HIGH,
        "A layer calls a TensorFlow function that is not for computing",
        "TFOpLambda and its kin call any public TensorFlow function by name, those that read and write files included.",
        _SAVE_ANEW,
    ),
    Rule(
        "keras-object-not-recognised",
        Severity.MEDIUM,
        "The model's configuration names a class or function that is not Keras's own",
        "Loading it needs code from elsewhere, and what that code does with the file's arguments is not known.",
        _ALLOW,
        ("CVE-2025-1550",),
    ),
    Rule(
        "keras-config-ambiguous",
        Severity.HIGH,
        "The model's configuration has one key twice",
        "Readers differ in which of the two they take, so that what is examined need not be what is loaded.",
        "Save the model anew with Keras; it never writes a key twice.",
    ),
    Rule(
        "hdf5-external-link",
        Severity.HIGH,
        "The HDF5 file links to another file",
        "Reading the group or dataset opens a file of the author's choice on the server.",
        "Copy the linked data into the file with h5repack or h5py.",
        ("CVE-2026-1669", "CWE-73"),
    ),
    Rule(
        "hdf5-external-storage",
        Severity.HIGH,
        "A dataset's bytes lie in another file",
        "Reading the weights reads any file the server may read, and the model's outputs disclose it.",
        "Copy the data into the file with h5repack or h5py.",
        ("CVE-2026-1669", "CWE-73"),
    ),
    Rule(
        "hdf5-virtual-dataset",
        Severity.HIGH,
        "A dataset is put together from other files",
        "Reading a virtual dataset opens the files its mapping names.",
        "Copy the data into the file with h5repack or h5py.",
        ("CVE-2026-1669", "CWE-73"),
    ),
    Rule(
        "hdf5-declared-size",
        Severity.HIGH,
        "A dataset declares far more data than the file holds",
        "Loading it allocates what the shape declares and takes the server's memory.",
        "Do not load the file.",
        ("CVE-2026-0897", "CWE-789"),
    ),
    Rule(
        "hdf5-pickled-objects",
        Severity.HIGH,
        "The HDF5 file holds pickled Python objects",
        "PyTables and pandas unpickle arrays of objects when they are read.",
        "Save the table in columns of plain types, or as Parquet.",
        ("CWE-502",),
    ),
)
