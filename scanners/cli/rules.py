"""`weighbridge rules [ID]`: what findings mean and what to do about them."""

from __future__ import annotations

import json
import sys

from scanners.cli.parser import Parser
from scanners.reports.summary import EXIT_CLEAN, EXIT_USAGE
from scanners.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanners.rules import Rule


def main(arguments: Sequence[str]) -> int:
    """List all rules, or explain one; return 4 for an id that does not exist."""
    options = parser().parse_args(arguments)
    if options.id is not None and options.id not in RULES:
        print(f"weighbridge rules: no rule is called {options.id!r}; `weighbridge rules` lists them", file=sys.stderr)
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
    )
    rule = command.add_argument("id", nargs="?", metavar="ID", help="the rule to explain, such as import-runs-code")
    command.suggest(rule, sorted(RULES))
    command.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
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
