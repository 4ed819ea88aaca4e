"""Rules about TensorFlow graphs, SavedModels and checkpoints."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

_EXPORT = "Export the model anew without the op, or ask its publisher what it is for."
_SECURITY = "https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md"

TABLE = (
    Rule(
        "tensorflow-file-op",
        Severity.HIGH,
        "The graph reads or writes files",
        "A graph is a program: the op opens whatever path the graph gives it, with the rights of the server.",
        _EXPORT,
        (_SECURITY, "CWE-73"),
    ),
    Rule(
        "tensorflow-network-op",
        Severity.HIGH,
        "The graph talks to the network",
        "The op connects to, or listens on, an address of the graph's author's choice.",
        _EXPORT,
        (_SECURITY, "CWE-918"),
    ),
    Rule(
        "tensorflow-python-op",
        Severity.HIGH,
        "The graph calls Python functions of the serving process",
        "Which function runs is decided by a token in the graph; no exported model needs that.",
        _EXPORT,
        (_SECURITY,),
    ),
    Rule(
        "tensorflow-native-op",
        Severity.HIGH,
        "The graph holds a program in another format",
        "The op deserialises native code or a further model, which was not examined.",
        _EXPORT,
        (_SECURITY,),
    ),
    Rule(
        "tensorflow-debug-op",
        Severity.HIGH,
        "The graph sends tensors to a debugger",
        "The op writes tensors to a file or server that the graph names: inputs of the model leave the server.",
        _EXPORT,
        (_SECURITY,),
    ),
    Rule(
        "tensorflow-path",
        Severity.HIGH,
        "A saver, table or cache of the graph uses a path of its author's choice",
        "Ordinary models get these paths from the loader; a fixed or computed one reads or overwrites other files.",
        _EXPORT,
        (_SECURITY, "CWE-73"),
    ),
    Rule(
        "tensorflow-asset-path",
        Severity.HIGH,
        "An asset of the model lies outside of the model",
        "The loader joins the name to the folder of assets; a name that leaves it reads any file of the server.",
        "Export the model anew; asset names are plain file names.",
        ("CWE-22",),
    ),
    Rule(
        "tensorflow-op-not-recognised",
        Severity.MEDIUM,
        "The graph uses an op that TensorFlow does not have",
        "Such ops come from plug-in libraries: native code that the server has to load, doing nobody knows what.",
        "If you know the library, add the op by --allow-import OP or to allowedImports of the ModelPolicy.",
        (_SECURITY,),
    ),
    Rule(
        "tensorflow-checkpoint-size",
        Severity.HIGH,
        "A checkpoint's index contradicts itself about the size of a tensor",
        "Shape, type and stored size must agree; where they do not, a reader allocates or reads beyond what is there.",
        "Do not load the checkpoint.",
        ("CWE-789",),
    ),
    Rule(
        "tensorflow-checkpoint-path",
        Severity.LOW,
        "A checkpoint's state file points to an absolute path or out of its folder",
        "`latest_checkpoint` follows the path to another checkpoint than the one beside the file.",
        "Let the file name the checkpoint beside it.",
    ),
)
