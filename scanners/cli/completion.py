"""`weighbridge completion SHELL`: a script that completes commands, options, their values and file names."""

from __future__ import annotations

import re

from scanners.cli.parser import Parser
from scanners.cli.shells import SHELLS, CommandOffers
from scanners.reports.summary import EXIT_CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_EPILOG = """\
for this session:
  source <(weighbridge completion bash)
  source <(weighbridge completion zsh)
  weighbridge completion fish | source

for every session:
  echo 'source <(weighbridge completion bash)' >> ~/.bashrc
  echo 'source <(weighbridge completion zsh)' >> ~/.zshrc
  weighbridge completion fish > ~/.config/fish/completions/weighbridge.fish
"""


def main(arguments: Sequence[str], *, parsers: Mapping[str, Callable[[], Parser]]) -> int:
    """Print the script for one shell, made from the arguments of every command."""
    write = SHELLS[parser().parse_args(arguments).shell]
    print(write([_offers(command, make()) for command, make in parsers.items()]), end="")
    return EXIT_CLEAN


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge completion",
        description="Print a script that completes commands, options, their values and file names in a shell.",
        epilog=_EPILOG,
    )
    command.add_argument("shell", choices=tuple(SHELLS))
    return command


def _offers(command: str, parser: Parser) -> CommandOffers:
    offers = tuple(parser.offers())
    return CommandOffers(
        name=command,
        summary=re.split(r"[.:]\s|\.?$", parser.description or "", maxsplit=1, flags=re.MULTILINE)[0],
        options=tuple(offer for offer in offers if offer.names),
        places=tuple(offer for offer in offers if not offer.names),
    )
