"""
Parse a template with Jinja's own parser, with the tags that model libraries add to it.

Transformers renders chat templates with loop controls and a `generation` block (transformers/utils/chat_template_utils.py);
others add `do`. Nothing here compiles or renders, and the tree is never asked to evaluate a constant of itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension

from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.parser import Parser

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class _Generation(Extension):
    """`{% generation %} ... {% endgeneration %}`: marks what the model said; the tree keeps what stands in it."""

    tags = {"generation"}  # noqa: RUF012 - the base class declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", _Generation])  # noqa: S701 - nothing is rendered


def parse(text: str) -> nodes.Template:
    """Return the tree of a template; raise `Malformed` where Jinja has none."""
    try:
        return _environment().parse(text)
    except TemplateSyntaxError as error:
        raise Malformed(
            _offset(text, error.lineno), "a Jinja template", f"line {error.lineno}: {error.message}"
        ) from error
    except RecursionError as error:
        raise Malformed(0, "a Jinja template", "expressions nested too deeply to be read") from error
    except (ValueError, OverflowError, MemoryError) as error:
        raise Malformed(0, "a Jinja template", f"a constant that cannot be read: {str(error)[:80]}") from error


def _offset(text: str, line: int) -> int:
    """Return the byte offset of a line, counted from one."""
    breaks = list(_LINE_BREAK.finditer(text))
    at = breaks[line - 2].end() if 2 <= line <= len(breaks) + 1 else 0
    return len(text[:at].encode("utf-8", "surrogatepass"))


def walk(root: nodes.Node) -> Iterator[nodes.Node]:
    """Yield a node and all below it in the order of the text; without recursion, since sums nest without a limit."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed([*node.iter_child_nodes()]))


def inner_first(root: nodes.Node) -> Iterator[nodes.Node]:
    """Yield all nodes in the order of the text, those inside a node before it."""
    waiting: list[tuple[nodes.Node, bool]] = [(root, False)]
    while waiting:
        node, seen = waiting.pop()
        if seen:
            yield node
            continue
        waiting.append((node, True))
        waiting.extend((child, False) for child in reversed([*node.iter_child_nodes()]))
