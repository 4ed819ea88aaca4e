"""`weighbridge rules [ID]`: what findings mean and what to do about them."""

from __future__ import annotations

import json
import sys

from scanners.cli.parser import Parser, meant
from scanners.reports.summary import EXIT_CLEAN, EXIT_USAGE
from scanners.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanners.rules import Rule

_EPILOG = """\
exit codes: 0, or 4 for a rule that does not exist

examples:
  weighbridge rules
  weighbridge rules import-runs-code
  weighbridge rules --format json | jq -r '.[] | select(.severity == "CRITICAL") | .id'
"""


def main(arguments: Sequence[str]) -> int:
    """List all rules, or explain one; return 4 for an id that does not exist."""
    options = parser().parse_args(arguments)
    if options.id is not None and options.id not in RULES:
        hint = meant(options.id, RULES)
        print(
            f"weighbridge rules: no rule is called {options.id!r}{hint}\n`weighbridge rules` lists them.",
            file=sys.stderr,
        )
        return EXIT_USAGE
    chosen = [RULES[options.id]] if options.id else sorted(RULES.values(), key=lambda rule: (-rule.severity, rule.id))
    if options.format == "json":
        print(json.dumps([_document(rule) for rule in chosen], indent=2))
    elif options.id:
        print("\n".join(_explanation(chosen[0])))
    else:
        width = max(len(rule.id) for rule in chosen)
        print("\n".join(f"{rule.severity.name:<9}{rule.id:<{width}}  {rule.title}" for rule in chosen))
    return EXIT_CLEAN


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge rules",
        description="List the rules a finding can name, worst first, or explain one of them.",
        epilog=_EPILOG,
    )
    rule = command.add_argument("id", nargs="?", metavar="ID", help="the rule to explain, such as import-runs-code")
    command.suggest(rule, sorted(RULES))
    command.add_argument("--format", choices=("text", "json"), default="text", help="form of the list (default: text)")
    return command


def _explanation(rule: Rule) -> list[str]:
    lines = [
        f"{rule.id} ({rule.severity.name})",
        "",
        rule.title + ".",
        "",
        f"Why:    {rule.why}",
        f"Remedy: {rule.remedy}",
    ]
    return [*lines, f"See:    {', '.join(rule.references)}"] if rule.references else lines


def _document(rule: Rule) -> dict[str, object]:
    return {**rule._asdict(), "severity": rule.severity.name}
