"""Templates: any text has an answer, honest ones have none, and hidden names are found wherever they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.engine import examine
from scanners.findings import Severity
from scanners.formats import Malformed
from scanners.jinja.judge import judge
from scanners.sources import BytesSource
from tests.corpus.templates import SAMPLES

TEXTS = tuple(build().decode() for build in SAMPLES.values() if len(build()) < 2000)
WORDS = "{{ }} {% %} {# #} . __class__ | attr ( ) [ ] ' ~ for in set = if endif endfor macro endmacro range , 1 99999999 * ** call a"
PIECES = st.lists(st.sampled_from((*WORDS.split(), " ", "\n")), max_size=40).map("".join)


@settings(deadline=None, max_examples=400)
@given(PIECES | st.text(max_size=60) | st.tuples(st.sampled_from(TEXTS), st.integers(0, 200), PIECES).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
))  # fmt: skip
def test_any_text_has_an_answer(text: str) -> None:
    """Findings, or `Malformed`; nothing else crosses the border."""
    try:
        findings = list(judge(text))
    except Malformed:
        return
    assert all(finding.evidence for finding in findings)


@pytest.mark.parametrize(
    "used",
    ["{{{{ ''[{}] }}}}", "{{{{ ''|attr({}) }}}}", "{{% set x = {} %}}{{{{ ''[x] }}}}", "{{{{ a[''|attr({})] }}}}"],
)
@pytest.mark.parametrize(
    "name",
    [
        "'__globals__'",
        "'__glo' 'bals__'",
        "'__glo' ~ 'bals__'",
        "['__glo', 'bals__']|join",
        "'__slabolg__'|reverse",
        "'%sglobals%s' % ('_' * 2, '__')",
        "('__GLOBALS__'|lower|trim)",
        "'{0}globals{0}'.format('__')",
        "'x__globals__x'[1:-1]",
        "'__globalx__'|replace('x', 's')",
    ],
)  # fmt: skip
def test_hidden_names_are_found(used: str, name: str) -> None:
    """However the name is hidden and wherever it is used."""
    findings = {finding.rule for finding in judge(used.format(name))}
    assert "template-escape" in findings


def test_offsets_are_of_the_line() -> None:
    """What cannot be parsed is told by the byte at which its line starts."""
    with pytest.raises(Malformed) as caught:
        list(judge("größe\r\n{{ a }}\n{% shell %}"))
    assert caught.value.offset == len("größe\r\n{{ a }}\n".encode())


def test_text_that_is_no_utf8_is_not_examined() -> None:
    """Bytes in another encoding are a gap, not a clean template."""
    report = examine(BytesSource("{{ '__größe' }}".encode("latin-1")), "chat_template.jinja")
    assert [gap.reason for gap in report.gaps] == ["malformed"]


def test_nothing_below_medium() -> None:
    """Honest templates say nothing at all."""
    for name, build in SAMPLES.items():
        if name.startswith("benign-"):
            assert not [f for f in judge(build().decode()) if f.severity >= Severity.LOW]


def test_other_formats_pay_nothing() -> None:
    """The parser is imported for templates alone."""
    program = (
        "import sys; from scanners.engine import examine; from scanners.sources import BytesSource;"
        "examine(BytesSource(b'\\x02' + bytes(7) + b'{}'), 'a.safetensors'); print('jinja2' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"
