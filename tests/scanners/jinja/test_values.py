"""What expressions are worth: the same as Jinja says, where anything is said at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from scanners.jinja.operations import HUGE, MAX_LENGTH, Sized
from scanners.jinja.syntax import parse, walk
from scanners.jinja.values import Values

TEXT = st.text(alphabet="_abc%cs{} ", max_size=5).map(repr)
NUMBER = st.integers(-4, 120).map(str)
EXPRESSIONS = st.recursive(
    TEXT | NUMBER,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("~+-*%"), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, st.integers(-3, 3), st.integers(-3, 3)).map(lambda parts: "{}[{}:{}]".format(*parts)),
        st.tuples(inner, st.integers(-3, 3)).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(inner, st.sampled_from(("upper", "lower", "reverse", "join", "list", "first", "last", "trim"))).map(
            lambda parts: f"({parts[0]}|{parts[1]})"
        ),
        st.tuples(inner, inner).map(lambda parts: "[{}, {}]".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "({}|format({}))".format(*parts)),
        st.tuples(inner, inner, inner).map(lambda parts: "({}).replace({}, {})".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "({}).join({})".format(*parts)),
    ),
    max_leaves=6,
)


def value_of(expression: str) -> object:
    template = parse("{{ " + expression + " }}")
    output = template.body[0]
    assert isinstance(output, nodes.Output)
    return Values(template).of(output.nodes[0])


@settings(deadline=None, max_examples=400)
@given(EXPRESSIONS)
def test_values_are_those_of_jinja(expression: str) -> None:
    """Text that is said to come about is the text that Jinja makes, in a sandbox."""
    value = value_of(expression)
    if not isinstance(value, str):
        return
    try:
        made = SandboxedEnvironment().compile_expression(expression)()
    except (TemplateError, TypeError, ValueError, IndexError, KeyError, OverflowError):
        return
    assert "".join(made) == value if not isinstance(made, str) else str(made) == value


def test_long_values_are_not_made() -> None:
    """Of what is longer than any name, only the length is known; of what is too long, that it is."""
    assert value_of("'ab' * 1000") == Sized(2000)
    assert value_of("('ab' * 1000) ~ ('c' * 1000)") == Sized(3000)
    assert value_of(f"'ab' * {MAX_LENGTH}") is HUGE
    assert value_of("'%999999999d' % 1") is HUGE
    assert value_of("7 ** 9999999999") is HUGE


def test_a_chain_of_doublings_costs_nothing() -> None:
    """Each name is twice the one before: the text would have 2 ** 200 characters, and is never made."""
    text = "{% set a0 = '_' %}" + "".join(f"{{% set a{n + 1} = a{n} ~ a{n} %}}" for n in range(200))
    template = parse(text)
    values = Values(template)
    assert any(values.of(node) is HUGE for node in walk(template))
