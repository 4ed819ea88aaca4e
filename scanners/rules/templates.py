"""Rules about chat templates."""

from scanners.findings import Severity
from scanners.rules.rule import Rule

TABLE = (
    Rule(
        "template-escape",
        Severity.CRITICAL,
        "A template climbs out of the renderer into Python",
        "Attributes such as __class__ and __globals__, frames and the like lead to every module and from there to commands; "
        "servers that render without a sandbox run them at the first request, or on load.",
        "Do not load the model; no chat template needs this. Get the template from the model's first publisher.",
        ("CVE-2024-34359", "CVE-2026-5760", "CWE-1336"),
    ),
    Rule(
        "template-computed-name",
        Severity.MEDIUM,
        "A template puts the name of an attribute together",
        "Names that filters and sandboxes would refuse are hidden in pieces of text.",
        "Have the template written with plain names, or waive the rule for this file after reading it.",
        ("CWE-1336",),
    ),
    Rule(
        "template-call-not-recognised",
        Severity.MEDIUM,
        "A template calls something that is not known to be harmless",
        "What the renderer hands to templates differs by server; a callable among it does what it does.",
        "Read what is called; if the server provides it on purpose, waive the rule for this file.",
        ("CWE-1336",),
    ),
    Rule(
        "template-object",
        Severity.MEDIUM,
        "A template reads from an object of the renderer or of a web framework",
        "Objects such as lipsum, self and request are where climbs into Python start.",
        "Ask the publisher what it is for; chat templates read messages and tools.",
        ("CWE-1336",),
    ),
    Rule(
        "template-filter-not-recognised",
        Severity.MEDIUM,
        "A template uses a filter or test that is not Jinja's",
        "A renderer that knows it runs code of its own; others refuse the template.",
        "If the server provides it on purpose, waive the rule for this file.",
    ),
    Rule(
        "template-loads-template",
        Severity.HIGH,
        "A template loads another template",
        "import, include and extends read files by name, which were not examined as templates.",
        "Write the template as one text.",
        ("CWE-829",),
    ),
    Rule(
        "template-unbounded",
        Severity.MEDIUM,
        "A template makes values or loops without bounds",
        "One request keeps a server busy for good, or fills its memory.",
        "Do not load the template; no chat needs loops of this size.",
        ("CWE-834",),
    ),
)
