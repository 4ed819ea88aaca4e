"""Rules about models of further libraries: Flax, skops, gradient boosting."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

TABLE = (
    Rule(
        "msgpack-array-disagrees",
        Severity.HIGH,
        "An array's shape and type do not fit its bytes",
        "A reader that trusts the shape reads bytes that are not the array's, or asks for memory of its author's choice.",
        "Save the model anew; the reference reader refuses the array.",
        ("CWE-125",),
    ),
    Rule(
        "msgpack-object-array",
        Severity.HIGH,
        "An array of Python objects",
        "Its bytes would be taken for pointers; Flax refuses to write and to read it.",
        "Do not load the file.",
        ("CWE-822",),
    ),
    Rule(
        "msgpack-extension-not-known",
        Severity.MEDIUM,
        "A value of an extension that Flax does not have",
        "Whatever reads it decides what it is; some hooks unpickle.",
        "Ask the publisher what reads it; if that is known to be harmless, waive the rule for this file.",
        ("CWE-502",),
    ),
    Rule(
        "msgpack-duplicate-key",
        Severity.HIGH,
        "A key of a map stands twice",
        "Readers differ in which of the two they take.",
        "Save the model anew; no writer does this.",
    ),
    Rule(
        "msgpack-trailing-bytes",
        Severity.HIGH,
        "Bytes follow the value",
        "Flax refuses them; another reader may take them for another file.",
        "Save the model anew.",
    ),
    Rule(
        "msgpack-type-not-known",
        Severity.LOW,
        "An array has a type that this version does not know",
        "Its bytes cannot be held against its shape.",
        "Upgrade, or save the model in a current type.",
    ),
    Rule(
        "boosted-trees-disagree",
        Severity.HIGH,
        "The trees of a boosted model do not fit themselves",
        "Predictors follow children and features by index: one too large reads foreign memory, a circle never ends.",
        "Save the model anew with its own library.",
        ("CWE-125", "CWE-835"),
    ),
    Rule(
        "skops-object-runs-code",
        Severity.CRITICAL,
        "The schema names something that runs code",
        "Loading makes or calls what the schema names, once the caller trusts it; many callers trust all that is there.",
        "Do not load the file; no model needs this name.",
        ("CVE-2025-54412", "CVE-2025-54413", "CWE-502"),
    ),
    Rule(
        "skops-object-reaches-out",
        Severity.HIGH,
        "The schema names something that reaches files or the network",
        "Loading makes or calls what the schema names, once the caller trusts it.",
        "Do not load the file; no model needs this name.",
        ("CWE-502",),
    ),
    Rule(
        "skops-object-not-recognised",
        Severity.MEDIUM,
        "The schema names something that is not known to be harmless",
        "Loading imports its module and makes or calls it.",
        "If the class is yours, allow it by name; else ask the publisher what it is for.",
        ("CWE-502",),
    ),
    Rule(
        "skops-node-disagrees",
        Severity.HIGH,
        "A node of the schema contradicts itself",
        "What the caller is asked to trust is not what is loaded.",
        "Do not load the file; skops does not write such nodes.",
        ("CVE-2025-54412", "CVE-2025-54413"),
    ),
)
