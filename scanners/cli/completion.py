"""`weighbridge completion SHELL`: a script that completes commands, options, choices and file names."""

from __future__ import annotations

from scanners.cli.parser import Parser
from scanners.reports.summary import EXIT_CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Options = Mapping[str, Sequence[str]]
    """Option -> the values it takes, empty for any."""

_BASH = """\
_weighbridge() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words=
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "{commands}" -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}} $previous" in
{values}
  esac
  if [[ -z $words && $word == -* ]]; then
    case ${{COMP_WORDS[1]}} in
{options}
    esac
  fi
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi
}}
complete -o filenames -F _weighbridge weighbridge
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def main(arguments: Sequence[str], *, commands: Sequence[str], parsers: Mapping[str, Callable[[], Parser]]) -> int:
    """Print the script for one shell; `parsers` are those commands whose options are completed."""
    shell = _parser().parse_args(arguments).shell
    options = {command: _options(make()) for command, make in parsers.items()}
    print(_fish(commands, options) if shell == "fish" else _bash(commands, options, zsh=shell == "zsh"), end="")
    return EXIT_CLEAN


def _parser() -> Parser:
    parser = Parser(
        prog="weighbridge completion",
        description="Print a script that completes commands, options and their values in a shell.",
        epilog="source <(weighbridge completion bash)\nweighbridge completion fish | source",
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser


def _options(parser: Parser) -> Options:
    return {
        name: tuple(map(str, action.choices or ()))
        for action in parser.option_actions()
        for name in action.option_strings
        if name.startswith("--")
    }


def _bash(commands: Sequence[str], options: Mapping[str, Options], *, zsh: bool) -> str:
    values = [
        f'    "{command} {option}") words="{" ".join(choices)}" ;;'
        for command, known in options.items()
        for option, choices in known.items()
        if choices
    ]
    names = [f'      {command}) words="{" ".join(known)}" ;;' for command, known in options.items()]
    script = _BASH.format(commands=" ".join(commands), values="\n".join(values), options="\n".join(names))
    return (_ZSH if zsh else "") + script


def _fish(commands: Sequence[str], options: Mapping[str, Options]) -> str:
    lines = [f"complete -c weighbridge -n __fish_use_subcommand -f -a '{' '.join(commands)}'"]
    for command, known in options.items():
        for option, choices in known.items():
            values = f" -x -a '{' '.join(choices)}'" if choices else ""
            condition = f"__fish_seen_subcommand_from {command}"
            lines.append(f"complete -c weighbridge -n '{condition}' -l {option.removeprefix('--')}{values}")
    return "\n".join(lines) + "\n"
