"""Completion scripts, one writer for each shell. Where no values are known and no path is meant, nothing is offered.

Values are offered behind `=`, the one form that every command takes, and behind a space as well.
"""

from __future__ import annotations

from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scanners.cli.parser import Offer

_PATHS = frozenset({"DIRECTORY", "FILE", "PATH"})

# Readline takes `=` for a word of its own. Where nothing is replied, `-o default` has it complete file names.
_BASH = """
_weighbridge() {
  local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} words= is_path=
  if [[ $word == "=" ]]; then word=; elif [[ $option == "=" ]]; then option=${COMP_WORDS[COMP_CWORD-2]}; fi
  _weighbridge_offers
  if [[ $is_path ]]; then return; fi
  compopt +o default
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _weighbridge weighbridge
"""

# Sourced, or found in `fpath` and then run as the function itself.
_ZSH = """
if [[ $funcstack[1] == _weighbridge ]]; then
  _weighbridge "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _weighbridge weighbridge
fi
"""

_FISH = """\
function __weighbridge_is
  set --local words (commandline --tokenize --cut-at-cursor --current-process)
  test "$words[2]" = $argv[1]
end
complete -c weighbridge -f
"""
_FISH_JOINED = '__weighbridge_is {command}; and string match --quiet -- "{name}=*" (commandline --current-token)'


class CommandOffers(Record):
    """What can be completed behind a command."""

    name: str
    summary: str
    options: tuple[Offer, ...]
    places: tuple[Offer, ...]
    """What is given by its place; the last one may be repeated."""


def _bash(commands: Sequence[CommandOffers]) -> str:
    cases = [line for command in commands for line in _bash_cases(command)]
    names = " ".join(command.name for command in commands)
    head = ["_weighbridge_offers() {", f'  if ((COMP_CWORD == 1)); then words="{names}"; return; fi']
    head.append('  case "${COMP_WORDS[1]} $option $word" in')
    return "\n".join([*head, *cases, "  esac", "}"]) + _BASH


def _bash_cases(command: CommandOffers) -> Iterator[str]:
    for offer in command.options:
        if offer.metavar:
            patterns = "|".join(f'"{command.name} {name} "*' for name in offer.names)
            yield f"    {patterns}) {_bash_value(offer)} ;;"
    names = " ".join(_assigned(offer) for offer in command.options)
    yield f'    "{command.name} "*" -"*) words="{names}" ;;'
    for offer in command.places[-1:]:
        yield f'    "{command.name} "*) {_bash_value(offer)} ;;'


def _bash_value(offer: Offer) -> str:
    return "is_path=1" if _is_path(offer) else f'words="{" ".join(offer.values)}"'


def _zsh(commands: Sequence[CommandOffers]) -> str:
    lines = ["#compdef weighbridge", "_weighbridge() {", "  local command=$words[2]", "  local -a commands=("]
    lines += [f"    {_quoted(f'{command.name}:{command.summary}')}" for command in commands]
    lines += ["  )", "  if (( CURRENT == 2 )); then", "    _describe command commands", "    return", "  fi"]
    lines += ["  shift words", "  (( CURRENT-- ))", "  case $command in"]
    for command in commands:
        specifications = [*map(_zsh_option, command.options), *map(_zsh_place, command.places)]
        lines.append(f"    {command.name}) _arguments {' '.join(specifications)} ;;")
    return "\n".join([*lines, "  esac", "}"]) + _ZSH


def _zsh_option(offer: Offer) -> str:
    told = offer.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    names = [name + ("=" if offer.metavar and name.startswith("--") else "") for name in offer.names]
    once = "*" if offer.is_repeatable else f"({' '.join(offer.names)})"
    together = "{" + ",".join(names) + "}" if len(names) > 1 else names[0]
    value = f":{_zsh_value(offer)}" if offer.metavar else ""
    return _quoted(once) + together + _quoted(f"[{told}]{value}")


def _zsh_place(offer: Offer) -> str:
    return _quoted(f"{'*' if offer.is_repeatable else ''}:{_zsh_value(offer)}")


def _zsh_value(offer: Offer) -> str:
    name = offer.metavar.replace(":", "\\:")
    if not _is_path(offer):
        return f"{name}:({' '.join(offer.values)})" if offer.values else f"{name}: "
    return f'{name}:{{ compset -P "*="; _files }}' if "=" in name else f"{name}:_files"


def _fish(commands: Sequence[CommandOffers]) -> str:
    return _FISH + "".join(f"complete -c weighbridge {line}\n" for line in _fish_lines(commands))


def _fish_lines(commands: Sequence[CommandOffers]) -> Iterator[str]:
    first = "-n 'test (count (commandline --tokenize --cut-at-cursor --current-process)) -eq 1'"
    for command in commands:
        yield f"{first} -a {command.name} -d {_fish_quoted(command.summary)}"
    for command in commands:
        behind = f"-n '__weighbridge_is {command.name}'"
        for offer in command.options:
            yield f"{behind} {_fish_option(offer)} -d {_fish_quoted(offer.help)}"
            if offer.is_joined and _is_path(offer):
                yield f"-n '{_FISH_JOINED.format(command=command.name, name=offer.names[-1])}' -F"
        for offer in command.places:
            yield f"{behind} {_fish_value(offer)}"


def _fish_option(offer: Offer) -> str:
    """Where a value stands behind `=` only, option and value are one word; else fish puts a space between them."""
    if offer.is_joined and offer.metavar:
        return f"-a {_fish_quoted(' '.join(f'{offer.names[-1]}={value}' for value in offer.values or ('',)))}"
    names = " ".join(f"-{'l' if name.startswith('--') else 's'} {name.lstrip('-')}" for name in offer.names)
    return f"{names} -r {_fish_value(offer)}" if offer.metavar else names


def _fish_value(offer: Offer) -> str:
    return "-F" if _is_path(offer) else f"-f -a '{' '.join(offer.values)}'"


def _is_path(offer: Offer) -> bool:
    return offer.metavar.rpartition("=")[2] in _PATHS


def _assigned(offer: Offer) -> str:
    return offer.names[-1] + ("=" if offer.metavar else "")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS: Mapping[str, Callable[[Sequence[CommandOffers]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
"""Shell -> what writes its script."""
