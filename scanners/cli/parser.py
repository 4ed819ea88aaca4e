"""The argument parser of every command: usage errors end with ModelScan's exit code for them."""

from __future__ import annotations

import argparse
import sys

from scanners.reports.summary import EXIT_USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """`argparse`, with the project's exit code for usage errors, help that keeps its lines, and no abbreviations."""

    def __init__(self, *, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def option_actions(self) -> Sequence[argparse.Action]:
        """Return the arguments in their order, for shell completion."""
        return self._actions

    def error(self, message: str) -> NoReturn:
        """Print the fault and where to read more; exit with 4."""
        print(f"{self.prog}: {message}\n`{self.prog} --help` explains the options.", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)
