"""Names stand for what imports, aliases and constants make of them."""

import ast

import pytest

from scanners.python_source.constants import folded, is_put_together
from scanners.python_source.names import Names


def meanings(source: str) -> set[str]:
    """What the last expression of a source may stand for."""
    tree = ast.parse(source)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    return set(Names(ast.walk(tree)).resolve(last.value))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nos.path.join", {"os.path.join"}),
        ("import os.path\nos.system", {"os.system"}),
        ("import os.path as p\np.join", {"os.path.join"}),
        ("from os import system as s\ns", {"os.system"}),
        ("from . import helper\nhelper.run", {".helper.run"}),
        ("from .helper import run\nrun", {".helper.run"}),
        ("from os import *\nsystem", {"os.system"}),
        ("a = b\nb = c\nimport os as c\na.system", {"os.system"}),
        ("import os, sys\nx = os if 1 else sys\nx.y", {"os.y", "sys.y"}),
        ("import os\n(x := os).system", {"os.system"}),
        ("import os\n(None or os).system", {"os.system"}),
        ("import os\ngetattr(os, 'sys' + f'{\"tem\"}')", {"os.system"}),
        ("import os\nos.__dict__['system']", {"os.system"}),
        ("import sys\nsys.modules['os']", {"os"}),
        ("globals()['eval']", {"builtins.eval"}),
        ("import os\nglobals()['os']", {"os"}),
        ("__builtins__.eval", {"builtins.eval"}),
        ("import builtins\nbuiltins.eval", {"builtins.eval"}),
        ("eval", {"builtins.eval"}),
        ("def eval(): pass\neval", set()),
        ("self.eval", set()),
        ("f(1).g", set()),
        ("__import__(x).y", set()),
    ],
)
def test_what_a_name_stands_for(source: str, expected: set[str]) -> None:
    """Every way to one name ends in it; what cannot be told stands for nothing."""
    assert meanings(source) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'a'", "a"),
        ("b'a'", "a"),
        ("'a' + 'b' + 'c'", "abc"),
        ("f'a{\"b\"}'", "ab"),
        ("'-'.join(['a', 'b'])", "a-b"),
        ("chr(97) + str('b')", "ab"),
        ("b' A '.decode().lower().strip()", "a"),
        ("'ba'[::-1]", "ab"),
        ("'a' * 2", None),
        ("x", None),
        ("1", None),
        ("'a' + x", None),
        ("''.join(x)", None),
        ("chr(-1)", None),
        ("f(1)", None),
    ],
)
def test_texts_are_put_together(expression: str, expected: str | None) -> None:
    """Constants give the text that Python would make of them; anything else gives none."""
    assert folded(ast.parse(expression, mode="eval").body) == expected


def test_a_name_in_pieces_is_told_from_one_written_down() -> None:
    """Only what a search for the name would not find counts as hidden."""
    assert is_put_together(ast.parse("getattr(os, 'sys' + 'tem')", mode="eval").body)
    assert not is_put_together(ast.parse("getattr(os, 'system')", mode="eval").body)
