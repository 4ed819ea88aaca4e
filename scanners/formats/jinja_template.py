"""
Jinja templates: `chat_template` wherever it stands, `.jinja` files.

Syntax: https://jinja.palletsprojects.com/en/stable/templates/. What is checked stands in `scanners.jinja`. Which values a
template meets when it is rendered, and so what it prints, is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding, Gap, Reason
from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded
    from scanners.formats import Part

MAX_TEMPLATE_BYTES = 256 << 10
"""The longest chat templates that are published have some 40 KiB; a tree costs up to 250 times its text in memory."""


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what rendering the template could reach."""
    from scanners.jinja.judge import judge

    text = part.source.read(0, MAX_TEMPLATE_BYTES + 1)
    if len(text) > MAX_TEMPLATE_BYTES:
        yield Gap(reason=Reason.BUDGET, detail=f"a template of more than {MAX_TEMPLATE_BYTES:,} bytes is not parsed")
        return
    try:
        decoded = text.decode("utf-8-sig", "surrogatepass")
    except UnicodeDecodeError as error:
        raise Malformed(error.start, "text in UTF-8", "other bytes") from error
    yield from judge(decoded)
