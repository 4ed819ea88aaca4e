"""A script taken apart as a shell does it: every word that it could hand to a program is among the words.

Quotes, escapes, comments and variables are followed; of what else a shell does, the words it leaves are not known.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, TypeAlias

from webhook.words import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from webhook.words import Variables

Own: TypeAlias = dict[str, list[Word]]
"""Values that a script gives to variables, in its order."""

_SHELL_REFERENCE = re.compile(
    r"[$\ue001]\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<colon>:?)(?P<how>[-+=?])(?P<other>[^{}]*))?\}|[$\ue001](?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
)
"""Other forms of expansion are not followed: what is left of them makes the word one that is not known."""
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_PIECE = re.compile(
    r"""(?P<between>[ \t\r\n;&|<>]++)|(?P<comment>\#[^\n]*+)|(?P<plain>[^ \t\r\n;&|<>'"\\\#]++)|"""
    r"""(?P<quoted>'[^']*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<escaped>\\.)""",
    re.DOTALL,
)
"""One piece of a script; a word is several that touch. Whatever it does not match is an unclosed quote."""
_ESCAPE = re.compile(r'\\(["\\`$])')
_LITERAL_DOLLAR = "\ue000"
"""Stands for a `$` that a shell leaves alone; where it comes from the object, the word is not known."""
_QUOTED_DOLLAR = "\ue001"
"""Stands for a `$` within double quotes, whose value stays one word."""
SETTING = frozenset({"for", "select", "read", "-v"})
"""Words of a shell before a variable that it sets."""
_MOST_VARIANTS = 16
_SIGNS = ("$", "`", _LITERAL_DOLLAR, _QUOTED_DOLLAR)
_POSITIONAL = ("$@", "$*", "${@}", "$#", "$?", "$!", "$0")
"""What stands behind a script, and is among the words anyway, unless the script sets it; and numbers."""
_WHITESPACE = re.compile(r"\s")
_DEEPEST = 4
"""How often a quoted script may contain a quoted script before the rest counts as not known."""


def script_words(script: Word, own: Own, variables: Variables, depth: int) -> Iterator[Word]:
    """Yield the words of a script. `own` are the variables as it sets them."""
    if depth > _DEEPEST:
        yield Word(script.text, script.at, known=False)
        return
    before = ""
    for token in _tokens(script.text):
        if before == "set" and (token in {"--", "-"} or not token.startswith(("-", "+"))):
            yield Word("", script.at, known=False)  # The positional parameters from here on are the script's own.
        if assignment := ASSIGNMENT.match(token):
            value = script._replace(text=assignment[2])
            _assign(own, assignment[1], _substituted(value, own, variables))
        elif before in SETTING:
            _assign(own, token, [Word("", script.at, known=False)])
        for word in _substituted(script._replace(text=token), own, variables):
            if _WHITESPACE.search(word.text):
                yield from (word,) if assignment else ()
                yield from script_words(word, own, variables, depth + 1)
            elif word.text or not word.known:
                yield word
        before = token


def _assign(own: Own, name: str, values: Iterable[Word]) -> None:
    """Add to the values of a variable; where they become too many, it is one that is not known."""
    found = list(dict.fromkeys((*own.get(name, ()), *values)))
    own[name] = found if len(found) <= _MOST_VARIANTS else [Word("", found[0].at, known=False)]


def _tokens(script: str) -> Iterator[str]:
    """Yield the words of a script, without quotes, comments and what stands between commands."""
    joined = script.replace("\\\n", "")
    token: list[str] | None = None
    end = 0
    for piece in _PIECE.finditer(joined):
        if piece.start() != end:
            break
        end = piece.end()
        kind = piece.lastgroup
        if kind == "between" or (kind == "comment" and token is None):
            if token is not None:
                yield "".join(token)
            token = None
        else:
            token = [] if token is None else token
            token.append(_unquoted(piece[0], kind))
    if token is not None:
        yield "".join(token)
    # An unclosed quote: a shell would refuse it, but the pieces are still worth reading.
    yield from joined[end:].replace('"', " ").replace("'", " ").split()


def _unquoted(piece: str, kind: str | None) -> str:
    if kind == "quoted" and piece[0] == "'":
        return _literal(piece[1:-1])
    if kind == "quoted":
        return _ESCAPE.sub(lambda match: _literal(match[1]), piece[1:-1]).replace("$", _QUOTED_DOLLAR)
    return _literal(piece[1:]) if kind == "escaped" else piece


def _literal(text: str) -> str:
    return text.replace("$", _LITERAL_DOLLAR)


def _substituted(word: Word, own: Own, variables: Variables) -> Iterator[Word]:
    """Yield what a word may become: a variable that a script sets may have its former value, or none, where it is used.

    In `X=/b server $X` the shell hands over what X was before.
    """
    text = word.text
    if not any(sign in text for sign in _SIGNS):
        yield word
        return
    names = list(dict.fromkeys(match["name"] or match["plain"] for match in _SHELL_REFERENCE.finditer(text)))
    values = [_values(name, own, variables) for name in names]
    if math.prod(map(len, values)) > _MOST_VARIANTS:
        yield Word(_plain(text), word.at, known=False, is_split=True)
        return
    for chosen in itertools.product(*values):
        yield _with_values(word, dict(zip(names, chosen, strict=True)), variables)


def _values(name: str, own: Own, variables: Variables) -> list[Word | None]:
    """Return the values that a variable may have; None: it is not set."""
    found: list[Word | None] = [variables.get(name), *own.get(name, ())]
    return list({(value.text, value.known) if value else None: value for value in found}.values())


def _with_values(word: Word, values: Mapping[str, Word | None], variables: Variables) -> Word:
    known = word.known

    def replace(match: re.Match[str]) -> str:
        nonlocal known
        value = values[match["name"] or match["plain"]]
        if value is None or (match["colon"] and value.known and not value.text):
            # Set by the image, if at all, as its program is: what `:-` gives is what stands here otherwise.
            return match["other"] if match["how"] in {"-", "="} else ""
        if match["how"] == "+":
            known = known and value.known
            return match["other"]
        if not variables.takes(value.text):
            known = False
            return ""
        known = known and value.known
        return value.text

    replaced = _SHELL_REFERENCE.sub(replace, word.text).replace(_QUOTED_DOLLAR, "$")
    for positional in _POSITIONAL:
        replaced = replaced.replace(positional, "")
    known = known and not any(sign in replaced for sign in ("$", "`", _LITERAL_DOLLAR))
    is_bare = word.is_split or "$" in word.text or "`" in word.text
    return Word(_plain(replaced), word.at, known, is_split=is_bare and not known)


def _plain(text: str) -> str:
    return text.replace(_LITERAL_DOLLAR, "$").replace(_QUOTED_DOLLAR, "$")
