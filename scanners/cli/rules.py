"""`weighbridge rules [ID]`: what findings, and reasons why something was not examined, mean and what to do about them."""

from __future__ import annotations

import json
import sys

from scanners.cli.parser import Parser, meant
from scanners.reports.summary import EXIT_CLEAN, EXIT_USAGE
from scanners.rules import RULES, Rule
from scanners.rules.unexamined import UNEXAMINED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanners.rules.unexamined import Unexamined

_EPILOG = """\
exit codes: 0, or 4 for a rule that does not exist

examples:
  weighbridge rules
  weighbridge rules import-runs-code
  weighbridge rules malformed
  weighbridge rules --format json | jq -r '.[] | select(.severity == "CRITICAL") | .id'
"""


def main(arguments: Sequence[str]) -> int:
    """List all rules, or explain one; return 4 for an id that does not exist."""
    options = parser().parse_args(arguments)
    known: dict[str, Rule | Unexamined] = {**RULES, **UNEXAMINED}
    if options.id is not None and options.id not in known:
        hint = meant(options.id, known)
        print(
            f"weighbridge rules: no rule is called {options.id!r}{hint}\n`weighbridge rules` lists them.",
            file=sys.stderr,
        )
        return EXIT_USAGE
    rules = sorted(RULES.values(), key=lambda rule: (-rule.severity, rule.id))
    chosen: list[Rule | Unexamined] = [known[options.id]] if options.id else [*rules, *UNEXAMINED.values()]
    if options.format == "json":
        print(json.dumps([_document(rule) for rule in chosen], indent=2))
    elif options.id:
        print("\n".join(_explanation(chosen[0])))
    else:
        width = max(len(rule.id) for rule in chosen)
        print("\n".join(f"{_label(rule):<11}{rule.id:<{width}}  {rule.title}" for rule in chosen))
    return EXIT_CLEAN


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge rules",
        description="List the rules a finding can name, worst first, and why something was not examined, or explain one.",
        epilog=_EPILOG,
    )
    rule = command.add_argument("id", nargs="?", metavar="ID", help="what to explain, such as import-runs-code")
    command.suggest(rule, sorted({**RULES, **UNEXAMINED}))
    command.add_argument("--format", choices=("text", "json"), default="text", help="form of the list (default: text)")
    return command


def _label(rule: Rule | Unexamined) -> str:
    return rule.severity.name if isinstance(rule, Rule) else "UNEXAMINED"


def _explanation(rule: Rule | Unexamined) -> list[str]:
    lines = [
        f"{rule.id} ({_label(rule)})",
        "",
        rule.title + ".",
        "",
        f"Why:    {rule.why}",
        f"Remedy: {rule.remedy}",
    ]
    return [*lines, f"See:    {', '.join(rule.references)}"] if rule.references else lines


def _document(rule: Rule | Unexamined) -> dict[str, object]:
    return {**rule._asdict(), "severity": _label(rule)}
