"""The argument parser of every command: usage errors end with ModelScan's exit code for them."""

from __future__ import annotations

import argparse
import os
import sys

from scanners.limits import Limits
from scanners.records import Record
from scanners.reports.summary import EXIT_USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import NoReturn

_LIMITS: Mapping[str, tuple[str, str]] = {
    "inflated_bytes": ("BYTES", "what its compressed parts may inflate to, together (default: %(default)s, 64 GiB)"),
    "ratio": ("N", "inflated bytes for each compressed byte, in any part (default: %(default)s)"),
    "depth": ("N", "how deep archives and other containers may be nested (default: %(default)s)"),
    "members": ("N", "members of all its archives, together (default: %(default)s)"),
    "seconds": ("N", "processor time if it has up to 64 MiB, in proportion if more (default: %(default)s)"),
}
"""Field of `Limits` -> what stands for its value, and what it limits."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help that keeps its lines. `argparse` asks `shutil` for the width, which imports all there is for archives."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return the width of the terminal, as `shutil.get_terminal_size` does."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told):
        return int(told)
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80  # Standard output is no terminal.


class Offer(Record):
    """What a shell can complete of one argument."""

    names: tuple[str, ...]
    """`--format`, with `-f` before or behind it; empty for what is given by its place."""
    help: str
    metavar: str
    """What its value is called in the help; empty where it takes none."""
    values: tuple[str, ...]
    """All there can be; empty where any can."""
    is_repeatable: bool
    is_joined: bool
    """Whether a value stands behind `=` only."""


class Parser(argparse.ArgumentParser):
    """`argparse`, with the project's exit code for usage errors, help that keeps its lines, and no abbreviations."""

    def __init__(self, *, prog: str, description: str, epilog: str | None = None, is_joined: bool = False) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            allow_abbrev=False,
        )
        self._is_joined = is_joined
        self._suggested: dict[str, Sequence[str]] = {}

    def suggest(self, argument: argparse.Action, values: Iterable[str]) -> None:
        """Have shell completion offer values that the command checks itself: `argparse` would list them all in an error."""
        self._suggested[argument.dest] = tuple(values)

    def offers(self) -> Iterator[Offer]:
        """Yield what a shell can complete of each argument, in their order."""
        for action in self._actions:
            yield Offer(
                names=tuple(action.option_strings),
                help=(action.help or "") % {"prog": self.prog, **vars(action)},
                metavar="" if action.nargs == 0 else str(action.metavar or action.dest.upper()),
                values=tuple(map(str, action.choices or self._suggested.get(action.dest, ()))),
                is_repeatable=action.nargs == "+" or isinstance(action, argparse._AppendAction),  # noqa: SLF001 - has no public name
                is_joined=self._is_joined,
            )

    def error(self, message: str) -> NoReturn:
        """Print the fault, the option that may have been meant, and where to read more; exit with 4."""
        known = self._option_string_actions
        options = [word.partition("=")[0].rstrip(":,") for word in message.split() if word.startswith("--")]
        hint = next((meant(option, known) for option in options if option not in known), "")
        print(f"{self.prog}: {message}{hint}\n`{self.prog} --help` explains the options.", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)


def meant(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about a word that is not known: the nearest one that is, if one is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def whole_number(text: str) -> int:
    """Return a number that counts something; raise `ArgumentTypeError`, to which `argparse` adds the option."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return int(text)


def add_limits(parser: Parser) -> None:
    """Add an option for each limit: `--max-depth` for `Limits.depth`."""
    group = parser.add_argument_group("limits for one file; past them the rest counts as not examined")
    for field, (metavar, told) in _LIMITS.items():
        name = f"--max-{field.replace('_', '-')}"
        group.add_argument(name, type=whole_number, default=getattr(Limits(), field), metavar=metavar, help=told)
