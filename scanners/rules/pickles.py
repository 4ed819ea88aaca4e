"""Rules about pickle streams and what they import."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

_DO_NOT_LOAD = "Do not load the file. Get the weights as safetensors, or from a publisher you trust."
_SAVE_ANEW = "Save the model anew with its own library; none writes this."

TABLE = (
    Rule(
        "import-runs-code",
        Severity.CRITICAL,
        "Loading the file runs code of its author's choice",
        "The pickle imports a callable that runs commands, evaluates code or leads to one that does.",
        _DO_NOT_LOAD,
        ("CWE-502",),
    ),
    Rule(
        "import-reaches-out",
        Severity.HIGH,
        "Loading the file reaches files, the network or other processes",
        "The pickle imports a callable that reads, writes, deletes or sends.",
        _DO_NOT_LOAD,
        ("CWE-502",),
    ),
    Rule(
        "import-not-recognised",
        Severity.MEDIUM,
        "The pickle imports a name that is not known to be harmless",
        "Any importable callable runs when the file is loaded; only names known to be harmless are trusted.",
        "If the name is your own code, add it by --allow-import NAME or to allowedImports of the ModelPolicy.",
        ("CWE-502",),
    ),
    Rule(
        "import-not-determined",
        Severity.HIGH,
        "The pickle imports a name that it computes while it is loaded",
        "The name is not in the file, so that no list of names can tell what is imported.",
        _DO_NOT_LOAD,
        ("CWE-502",),
    ),
    Rule(
        "import-changed",
        Severity.HIGH,
        "The pickle changes an object that it imported",
        "Attributes or items of a function, class or module are replaced for the whole process: code runs on use.",
        _DO_NOT_LOAD,
        ("CWE-502", "CWE-915"),
    ),
    Rule(
        "call-not-determined",
        Severity.MEDIUM,
        "The pickle calls an object that exists only while it is loaded",
        "What the call does depends on what an earlier call returned, which the file does not say.",
        "Find out what the object is; if it is your own code, save the model in a way that does not call it.",
        ("CWE-502",),
    ),
    Rule(
        "special-attribute",
        Severity.HIGH,
        "The pickle sets an attribute that Python itself acts on",
        "By `__setstate__`, `__class__`, `__code__` and the like an object calls or becomes something else.",
        _DO_NOT_LOAD,
        ("CWE-502", "CWE-915"),
    ),
    Rule(
        "extension-code",
        Severity.MEDIUM,
        "The pickle imports by a code of the extension registry",
        "The name is not in the file: whatever the process registered under the code is imported.",
        "Save the model in a process that registers no extension codes.",
        ("CWE-502", "https://docs.python.org/3/library/copyreg.html"),
    ),
    Rule(
        "persistent-id",
        Severity.LOW,
        "The pickle asks its loader for objects",
        "What a persistent id stands for is the loader's decision; it is normal inside PyTorch files only.",
        "Check that what loads the file does no more with an id than to look it up.",
    ),
    Rule(
        "out-of-band-buffer",
        Severity.LOW,
        "The pickle takes data from outside the file",
        "Buffers of protocol 5 are handed over by the loader and were not examined.",
        "Save the model without a buffer callback, so that the file is complete.",
    ),
    Rule(
        "bytes-after-stop",
        Severity.MEDIUM,
        "Bytes that are no pickle follow the pickle",
        "A loader that seeks, or resynchronises, reads what others never see.",
        _SAVE_ANEW,
    ),
    Rule(
        "array-outside",
        Severity.HIGH,
        "The file reads an array from another place",
        "A joblib file of the old kind names the files of its arrays; a path leads out of the model's directory.",
        _SAVE_ANEW,
        ("CWE-22",),
    ),
    Rule(
        "dtype-disagrees",
        Severity.HIGH,
        "An array type's code and state contradict each other",
        "NumPy then takes raw bytes for references to objects, and joblib loads a pickle where numbers are declared.",
        _DO_NOT_LOAD,
        ("CWE-502", "CWE-843"),
    ),
    Rule(
        "frame-disagrees",
        Severity.HIGH,
        "A frame of the pickle ends inside an opcode, or where there is none",
        "Python's unpicklers read different streams from it: in memory, from a file, in C, in Python.",
        _SAVE_ANEW,
        ("https://peps.python.org/pep-3154/#framing",),
    ),
    Rule(
        "protocol-repeated",
        Severity.LOW,
        "The pickle states its protocol late or more than once",
        "The protocol decides how names are looked up; no pickler changes it on the way.",
        _SAVE_ANEW,
    ),
)
