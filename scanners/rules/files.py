"""Rules about files as such: names, kinds, places."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

TABLE = (
    Rule(
        "extension-disagrees",
        Severity.MEDIUM,
        "The file's name says one format, its content another",
        "A loader chosen by name and a scanner that trusts names disagree about what the file is.",
        "Rename the file after what it is, or ask its publisher why the two differ.",
        ("CVE-2025-1889", "CVE-2025-10155"),
    ),
    Rule(
        "polyglot",
        Severity.HIGH,
        "The file is two formats at once",
        "Two loaders read two different models from it; a scanner that stops at the first sees one of them.",
        "Save the model anew with its own library; an honest file is one thing.",
    ),
    Rule(
        "link-leaves-volume",
        Severity.HIGH,
        "A symbolic link leaves the volume",
        "The server would follow it to a file that was not examined.",
        "Put a copy of the file on the volume in place of the link. Of a Hugging Face cache, take the folder models--NAME as a whole: "
        "its snapshots link to the blobs beside them.",
        ("CWE-59",),
    ),
    Rule(
        "special-file",
        Severity.HIGH,
        "A device, socket or FIFO stands among the model files",
        "Reading it reaches another process or the node instead of bytes at rest.",
        "Remove it from the volume. What comes through a pipe is scanned by `weighbridge scan -`.",
    ),
    Rule(
        "native-executable",
        Severity.HIGH,
        "A native program or library stands among the model files",
        "Servers load custom operators and plugins from the model's folder; the code in them is not examined.",
        "Remove it, or ship it in the server's image, where image policy applies.",
        ("CWE-829",),
    ),
    Rule(
        "script",
        Severity.MEDIUM,
        "A script stands among the model files",
        "It runs as soon as something starts it: it names an interpreter in its first line, or is called a script.",
        "Remove it from the volume; serving a model needs no script. Of a clone, leave out .git: `scan` does by --exclude '.git/*'.",
    ),
)
