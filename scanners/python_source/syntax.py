"""Parse source into its syntax tree, within bounds: the one place that meets Python's parser."""

from __future__ import annotations

import ast
import warnings

from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

MAX_SOURCE_BYTES = 1 << 20
"""The biggest modules of transformers and diffusers have some 270 KiB; dense source costs up to 400 times its size in memory."""


def parse(source: bytes | str) -> ast.Module:
    """
    Return the tree of a module.

    Raises `Malformed` for what is no Python of this version or is nested too deeply, `BudgetExceeded` for too much of it.
    """
    if len(source) > MAX_SOURCE_BYTES:
        raise BudgetExceeded("bytes of Python source", MAX_SOURCE_BYTES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except SyntaxError as error:
            raise Malformed(0, "Python", f"line {error.lineno}: {error.msg}"[:200]) from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise Malformed(0, "Python", str(error)[:200] or type(error).__name__) from error
