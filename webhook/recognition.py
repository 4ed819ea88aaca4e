"""Which serving stack a container runs: by the programs its command line calls, or by its image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from webhook.servers import STACKS
from webhook.words import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from webhook.commandline import CommandLine
    from webhook.pod import Container
    from webhook.servers import Stack


def recognise(container: Container, line: CommandLine) -> Stack | None:
    """Return the stack a container runs, by its program, or by its image where the image's own entry point runs."""
    called = sorted({_PROGRAMS[name] for name in _called(line) if name in _PROGRAMS})
    if called:
        first, *others = (STACKS[order] for order in called)
        return _joined(first, others) if others else first
    return None if line.has_command else _by_image(container.image)


def _joined(first: Stack, others: list[Stack]) -> Stack:
    """Return a stack that is told what to load in all the ways of several: which of them is called does not show."""
    joined = {name: sum((getattr(other, name) for other in others), getattr(first, name)) for name in _WAYS_TO_TELL}
    return first._replace(
        **joined,
        takes_hub_names=first.takes_hub_names or any(other.takes_hub_names for other in others),
        obeys_offline=first.obeys_offline and all(other.obeys_offline for other in others),
    )


def _by_image(image: str) -> Stack | None:
    head, slash, tail = image.partition("@")[0].rpartition("/")
    name = tail.partition(":")[0]
    repository = f"/{head}{slash}{name}"
    for ending, stack in [*_IMAGES.get(name, []), *_IMAGES.get("", [])]:
        if repository.endswith(f"/{ending}") or (ending.endswith("/") and f"/{ending}" in repository):
            return stack
    return None


def _images() -> Mapping[str, list[tuple[str, Stack]]]:
    """Return image endings by their last component; those that name a folder under an empty one."""
    found: dict[str, list[tuple[str, Stack]]] = {}
    for stack in STACKS:
        for image in stack.images:
            found.setdefault(image.rpartition("/")[2], []).append((image, stack))
    return found


_WAYS_TO_TELL = (
    "model_flags",
    "model_variables",
    "positional_after",
    "further_flags",
    "further_variables",
    "cache_variables",
    "default_caches",
    "management",
    "configuration_flags",
)
_IMAGES: Mapping[str, list[tuple[str, Stack]]] = _images()
_PROGRAMS: Mapping[str, int] = {
    program: order for order, stack in reversed(list(enumerate(STACKS))) for program in stack.programs
}
"""Program -> place of its stack in the table: a line that calls several goes by the name of the first."""


_LONGEST_PROGRAM = max(map(len, _PROGRAMS))
_SUBCOMMANDS = frozenset(word for stack in STACKS for word in stack.positional_after) - frozenset(_PROGRAMS)
_PROGRAM_ROOTS = frozenset(re.split(r"[. ]", program)[0] for program in _PROGRAMS)


def _called(line: CommandLine) -> Iterator[str]:
    """Yield everything a line may call: each word that is no flag's value, its parents as a module, and word pairs."""
    if _PROGRAM_ROOTS.isdisjoint([word.text.rpartition("/")[2].partition(".")[0] for word in line.words]):
        return
    before = ""
    for word, after in zip(line.words, (*line.words[1:], Word("", "")), strict=True):
        # The last flag of a wrapper may take no value: then a subcommand of the program follows the program.
        is_value = before.startswith("--") and before != "--" and "=" not in before and after.text not in _SUBCOMMANDS
        if not is_value and not word.text.startswith("-"):
            name = word.text.rpartition("/")[2]
            yield name
            yield f"{before.rpartition('/')[2]} {name}"
            yield from (name[: dot.end()] for dot in re.finditer(r"\.", name[:_LONGEST_PROGRAM]))
        before = word.text
