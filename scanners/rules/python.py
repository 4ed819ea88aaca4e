"""Rules about Python code beside the weights."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

TABLE = (
    Rule(
        "python-code",
        Severity.MEDIUM,
        "Python code stands among the model files",
        "A server that is told to trust it runs it with all of its rights; the evidence says what it defines and runs.",
        "Review it and waive the rule for this file by its digest, or serve a model that needs no code of its own.",
        ("CWE-829",),
    ),
    Rule(
        "python-server-code",
        Severity.HIGH,
        "Python code that a server runs by default stands among the model files",
        "What it defines is what that server looks for: the code runs as soon as the model is loaded, without a switch.",
        "Review it and waive the rule for this file by its digest, or put the code in the server's image.",
        ("CWE-829",),
    ),
    Rule(
        "python-runs-on-import",
        Severity.CRITICAL,
        "Importing the module runs commands or code",
        "It does so before the model exists; whatever imports the module is taken over.",
        "Do not load the model; modelling code has no need of this on import.",
        ("CWE-94",),
    ),
    Rule(
        "python-reaches-out-on-import",
        Severity.HIGH,
        "Importing the module reaches the network, or changes files",
        "It can fetch what it runs next, or carry away what the server holds.",
        "Ask the publisher for code that leaves this to the server.",
        ("CWE-829",),
    ),
    Rule(
        "python-runs-commands",
        Severity.HIGH,
        "The module starts processes, evaluates text or calls native code when it is used",
        "One call is enough to run it, and a server calls the model's methods.",
        "Review the line; if it must stay, waive the rule for this file by its digest.",
        ("CWE-78", "CWE-95"),
    ),
    Rule(
        "python-hidden-code",
        Severity.HIGH,
        "The module hides what it runs",
        "Code that is decoded before it is run, or called by a name in pieces, is meant not to be read.",
        "Do not load the model; ask its publisher for plain source.",
        ("CWE-506",),
    ),
    Rule(
        "notebook",
        Severity.LOW,
        "A notebook stands among the model files",
        "No server runs it, but a person who opens it may.",
        "Keep notebooks with the source of the model, not with its weights.",
    ),
    Rule(
        "python-bytecode",
        Severity.HIGH,
        "Compiled Python stands among the model files",
        "The interpreter runs it in place of source that a person could read; what it does was not examined.",
        "Remove it; the interpreter compiles the source again where it needs to.",
        ("CWE-829",),
    ),
)
