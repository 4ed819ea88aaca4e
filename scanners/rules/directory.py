"""Rules about configurations, manifests and code beside the weights."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

TABLE = (
    Rule(
        "remote-code",
        Severity.MEDIUM,
        "The configuration names Python code of its own repository",
        "Loaders that are told to trust it run that code; several released servers ran it without being told.",
        "Review the code it names and waive the rule for these files, or serve a model that the library knows by itself.",
        ("CVE-2025-66448", "CVE-2026-22807", "CVE-2026-27893", "CVE-2026-44513"),
    ),
    Rule(
        "remote-code-elsewhere",
        Severity.HIGH,
        "The configuration names Python code of another repository",
        "The code is downloaded when the model is loaded, and whoever owns that repository can change it at any time.",
        "Copy the code beside the weights, review it, and let the configuration name the copy.",
        ("CVE-2025-66448", "CWE-829"),
    ),
    Rule(
        "remote-code-trusted",
        Severity.HIGH,
        "The configuration says itself that its code is to be trusted",
        "A loader that takes the switch from the file leaves the decision to the file's author.",
        "Remove trust_remote_code from the file; the operator sets it on the server, or not.",
        ("CVE-2026-5241",),
    ),
    Rule(
        "attention-kernel",
        Severity.CRITICAL,
        "The configuration names a repository of kernels as its attention implementation",
        "Releases of transformers download and import the repository's code when the model is loaded, whatever the switches.",
        "Remove the entry; the operator chooses the implementation when the model is loaded.",
        ("CVE-2026-4372",),
    ),
    Rule(
        "server-code",
        Severity.HIGH,
        "A configuration names code that the server runs by default",
        "The code runs as soon as the server loads the model; no switch has to be set.",
        "Review the code it names and waive the rule for this file, or put the code in the server's image.",
        ("CVE-2026-5843", "CWE-829"),
    ),
    Rule(
        "config-import-dangerous",
        Severity.CRITICAL,
        "A configuration names a module or callable that runs code or reaches out",
        "The loader imports and calls what the configuration names.",
        "Do not load the model; no configuration needs this name.",
        ("CVE-2025-23304", "CWE-470"),
    ),
    Rule(
        "config-import-not-recognised",
        Severity.MEDIUM,
        "A configuration names a module or callable of no known library",
        "The loader imports what the configuration names; what that does cannot be told from here.",
        "Make sure that the server's image or the model's reviewed code provides it, then allow the name.",
        ("CWE-470",),
    ),
    Rule(
        "config-path-leaves",
        Severity.HIGH,
        "A configuration names a file outside the model's directory",
        "The loader opens a file that was not examined, or one that is none of the model's.",
        "Let the configuration name files of its own directory.",
        ("CWE-22",),
    ),
    Rule(
        "config-ambiguous",
        Severity.MEDIUM,
        "A key that decides about code stands twice in one object",
        "Readers differ in which of the two they take, and so in what they run.",
        "Remove one of the two; no library writes a key twice.",
    ),
)
