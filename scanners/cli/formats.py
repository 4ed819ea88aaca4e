"""`weighbridge formats`: what is read, what is looked for, and what is not."""

from __future__ import annotations

import json

from scanners.cli.parser import Parser
from scanners.notes import NOTES
from scanners.readers import READERS
from scanners.reports.summary import EXIT_CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\
examples:
  weighbridge formats
  weighbridge formats --format json | jq -r '.[] | select(.read | not) | .format'
"""


def main(arguments: Sequence[str]) -> int:
    """List the formats."""
    options = parser().parse_args(arguments)
    rows = [
        {
            "format": format_.value,
            "read": READERS.get(format_) is not None,
            "checked": note.checked,
            "not_checked": note.not_checked,
        }
        for format_, note in NOTES.items()
    ]
    if options.format == "json":
        print(json.dumps(rows, indent=2))
        return EXIT_CLEAN
    width = max(len(format_.value) for format_ in NOTES)
    for format_, note in NOTES.items():
        print(f"{format_.value:<{width}}  {note.checked}")
        if note.not_checked:
            print(f"{'':<{width}}  not checked: {note.not_checked}")
    return EXIT_CLEAN


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge formats",
        description="List the formats that are told apart by content, with what is checked in each and what is not.",
        epilog=_EPILOG,
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="form of the list (default: text)")
    return command
