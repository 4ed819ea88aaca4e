"""Soundness by difference: whatever attribute of Python's insides a sandboxed renderer is asked for was reported."""

from __future__ import annotations

import contextlib
import random

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scanners.findings import Severity
from scanners.jinja.judge import judge
from scanners.jinja.known import leads_inside

CASES = 1500
NAMES = ("__class__", "__globals__", "__init__", "__dict__", "gi_frame")


class Recording(ImmutableSandboxedEnvironment):
    """A sandbox that notes which attributes it refused; nothing is ever called that it does not allow."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        if leads_inside(attr):
            self.refused.append(attr)
        return super().is_safe_attribute(obj, attr, value)


def quoted(text: str) -> str:
    return repr(text)


def hidden(chooser: random.Random, name: str) -> str:
    """Return an expression whose value is the name, put together in some way."""
    at = chooser.randrange(1, len(name) - 1)
    head, tail = name[:at], name[at:]
    ways = (
        lambda: quoted(name),
        lambda: f"({hidden(chooser, head) if len(head) > 3 else quoted(head)} ~ {quoted(tail)})",
        lambda: f"({quoted(head)} + {hidden(chooser, tail) if len(tail) > 3 else quoted(tail)})",
        lambda: f"({quoted(name[::-1])}[::-1])",
        lambda: f"({quoted(name[::-1])}|reverse)",
        lambda: f"([{quoted(head)}, {quoted(tail)}]|join)",
        lambda: f"(''.join([{quoted(head)}, {quoted(tail)}]))",
        lambda: f"({quoted(name.upper())}|lower)",
        lambda: f"({quoted(name.upper())}.lower())",
        lambda: f"({quoted('  ' + name + ' ')}|trim)",
        lambda: f"({quoted(name.replace('_', '~'))}|replace('~', '_'))",
        lambda: f"({quoted(head + '%s')}|format({quoted(tail)}))",
        lambda: f"({quoted(head + '%s')} % {quoted(tail)})",
        lambda: f"({quoted(head + '{}')}.format({quoted(tail)}))",
        lambda: f"({quoted('.' * at + name)}[{at}:])",
        lambda: f"({quoted(head + tail[0])} ~ {quoted(tail)}[1:])",
        lambda: f"([{quoted('a')}, {quoted(name)}]|last)",
        lambda: f"({{'k': {quoted(name)}}}['k'])",
        lambda: f"(({quoted(name)} if messages else ''))",
        lambda: f"(none or {quoted(name)})",
        lambda: f"(dict({name}=1)|first)",
        lambda: f"({quoted(name + ' x')}.split()[0])",
        lambda: f"('_' * {len(name) - len(name.lstrip('_'))} ~ {quoted(name.lstrip('_'))})",
    )
    return chooser.choice(ways)()


def used(chooser: random.Random, name: str) -> str:
    """Return a template that reads the attribute."""
    value = hidden(chooser, name)
    return chooser.choice(
        (
            f"{{{{ x[{value}] }}}}",
            f"{{{{ x|attr({value}) }}}}",
            f"{{% set n = {value} %}}{{{{ x[n] }}}}",
            f"{{% set ns = namespace(n={value}) %}}{{{{ x[ns.n] }}}}",
            f"{{% set ns = namespace() %}}{{% set ns.n = {value} %}}{{{{ x[ns.n] }}}}",
            f"{{% for n in [{value}, 'role'] %}}{{{{ x[n] }}}}{{% endfor %}}",
            f"{{% macro m(n) %}}{{{{ x[n] }}}}{{% endmacro %}}{{{{ m({value}) }}}}",
            f"{{% macro m(n={value}) %}}{{{{ x[n] }}}}{{% endmacro %}}{{{{ m() }}}}",
            f"{{% set n %}}{{{{ {value} }}}}{{% endset %}}{{{{ x[n] }}}}",
            f"{{% set n %}}{name[:4]}{{{{ {quoted(name[4:])} }}}}{{% endset %}}{{{{ x[n] }}}}",
            f"{{% macro m() %}}{name[:4]}{{{{ {quoted(name[4:])} }}}}{{% endmacro %}}{{{{ x[m()] }}}}",
            f"{{% macro m() %}}{{{{ {value} }}}}{{% endmacro %}}{{{{ x[m()|trim] }}}}",
            f"{{% for c in {value}.split() %}}{{{{ x[c] }}}}{{% endfor %}}",
            f"{{% set p = {value}.partition('q') %}}{{% set n = p[0] %}}{{{{ x[n] }}}}",
            f"{{% set ns = namespace(a={value}.split()) %}}{{% macro m(o) %}}{{{{ x[o.a[0]] }}}}{{% endmacro %}}{{{{ m(ns) }}}}",
            f"{{{{ messages|map(attribute={value})|list }}}}",
            f"{{{{ messages|map('attr', {value})|list }}}}",
            f"{{{{ [x]|groupby({value}) }}}}",
            f"{{{{ [x]|selectattr({value})|list }}}}",
            f"{{{{ [x]|sum(attribute={value}) }}}}",
            f"{{% with n = {value} %}}{{{{ x[n] }}}}{{% endwith %}}",
            f"{{% set n, o = {value}, 1 %}}{{{{ x[n] }}}}",
            f"{{% set d = {{'k': {value}}} %}}{{{{ x[d.k] }}}}",
            f"{{% set l = [{value}] %}}{{{{ x[l[0]] }}}}",
            f"{{{{ x.{name} }}}}",
            f"{{% if x[{value}] is defined %}}a{{% endif %}}",
            f"{{{{ {quoted('{0.' + name + '}')}.format(x) }}}}",
        )
    )  # fmt: skip


def test_what_a_sandbox_refuses_was_reported() -> None:
    """Over names put together and used in many ways, with a fixed seed; most of them do reach the sandbox."""
    chooser = random.Random(11)
    reached = 0
    for _ in range(CASES):
        text = used(chooser, chooser.choice(NAMES))
        environment = Recording()
        with contextlib.suppress(TemplateError, TypeError, ValueError, KeyError, AttributeError):
            environment.from_string(text).render(messages=[{"role": "user"}], x="abc")
        if environment.refused:
            reached += 1
            findings = list(judge(text))
            assert any(finding.severity >= Severity.MEDIUM for finding in findings), text
    assert reached > CASES // 3
