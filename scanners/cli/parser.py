"""The argument parser of every command: usage errors end with ModelScan's exit code for them."""

from __future__ import annotations

import argparse
import os
import sys

from scanners.reports.summary import EXIT_USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


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


class Parser(argparse.ArgumentParser):
    """`argparse`, with the project's exit code for usage errors, help that keeps its lines, and no abbreviations."""

    def __init__(self, *, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            allow_abbrev=False,
        )

    def option_actions(self) -> Sequence[argparse.Action]:
        """Return the arguments in their order, for shell completion."""
        return self._actions

    def error(self, message: str) -> NoReturn:
        """Print the fault and where to read more; exit with 4."""
        print(f"{self.prog}: {message}\n`{self.prog} --help` explains the options.", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)
