"""Every word a server could be handed is among the words, however it is wrapped."""

from __future__ import annotations

import pytest

from webhook.commandline import read_command_line
from webhook.pod import Container, Role
from webhook.words import Word

AT = "spec.containers[0]"


def _line(command=(), args=(), env=(), **more):
    raw = {"command": list(command), "args": list(args), "env": list(env), **more}
    return read_command_line(
        Container(
            name="c",
            role=Role.REGULAR,
            order=0,
            at=AT,
            raw=raw,
            image="x",
            command=tuple(command),
            arguments=tuple(args),
            mounts=(),
        )
    )


def _texts(*args, **kwargs) -> list[str]:
    return [word.text for word in _line(*args, **kwargs).words]


def _env(**values: str) -> list[dict]:
    return [{"name": name, "value": value} for name, value in values.items()]


FROM = {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}


def test_plain_words_stay_as_they_are():
    """Without a shell nothing is split."""
    assert _texts(["python", "-m"], ["a b", "c;d", "$HOME"]) == ["python", "-m", "a b", "c;d", "$HOME"]


@pytest.mark.parametrize("shell", ["sh", "/bin/bash", "/usr/bin/env", "busybox"])
def test_a_shell_is_followed(shell: str):
    """Its script is taken apart; what comes after the script too."""
    command = [shell, "bash", "-c"] if shell.endswith("env") else [shell, "-c"]
    words = _texts(command, ["set -e; exec vllm serve /models --port 8000 && echo done", "name", "--extra"])
    assert {"vllm", "serve", "/models", "--port", "8000", "--extra"} <= set(words)


def test_eval_and_nested_shells_are_followed():
    """The default command of an LLMInferenceService is of this form."""
    words = _texts(
        ["/bin/bash", "-lc"],
        ['eval "exec vllm serve /mnt/models ${ARGS} $@"', "x"],
        _env(ARGS="--max-model-len 10 --trust-remote-code"),
    )
    assert {"vllm", "/mnt/models", "--max-model-len", "10", "--trust-remote-code"} <= set(words)
    assert "--b" in _texts(["sh", "-c", "bash -c 'vllm serve --b'"])


@pytest.mark.parametrize(
    "script",
    [
        "vllm serve $MODEL",
        "vllm serve ${MODEL}",
        'vllm serve "${MODEL}"',
        "vllm serve ${MODEL:-/other}",
        "MODEL=/models; vllm serve $MODEL",
        "vllm \\\n  serve $MODEL",
        "# a comment\nvllm serve $MODEL # another",
        "vllm serve $MODEL 2>&1 | tee log",
    ],
)
def test_variables_of_the_shell_are_replaced(script: str):
    """From the container's variables, or from the script's own."""
    assert "/models" in _texts(["sh", "-c", script], env=_env(MODEL="/models"))


def test_a_default_stands_where_a_variable_is_not_set():
    """`${X:-y}` is y."""
    assert "/fallback" in _texts(["sh", "-c", "vllm serve ${MODEL:-/fallback}"])
    assert "/other" in _texts(["sh", "-c", "vllm serve ${MODEL:+/other}"], env=_env(MODEL="/models"))
    assert "/other" not in _texts(["sh", "-c", "vllm serve ${MODEL:+/other}"])


@pytest.mark.parametrize(
    "script",
    ["vllm serve $(cat /config)", "vllm serve `cat /config`", "vllm serve $FROM", "x ${A:-$FROM}", "x ${FROM%/*}"],
)
def test_what_a_script_computes_is_not_known(script: str):
    """Command substitution and values from elsewhere are words that nobody knows."""
    line = _line(["sh", "-c", script], env=[FROM])
    assert any(not word.known for word in line.words)


def test_kubernetes_references_are_replaced():
    """`$(NAME)` by the container's variables, `$$` by `$`."""
    assert _texts([], ["--m=$(A)/x", "$$(A)"], _env(A="/models")) == ["--m=/models/x", "$(A)"]


def test_references_between_variables_lead_backwards_only():
    """As Kubernetes resolves them; the others are not known."""
    line = _line(env=_env(A="/a", B="$(A)/b", C="$(D)", D="$(C)"))
    assert line.variables["B"].text == "/a/b"
    assert line.variables["B"].known
    assert not line.variables["C"].known
    assert not line.variables["D"].known


def test_of_two_variables_with_one_name_the_later_counts():
    """As the API documents it."""
    line = _line(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])
    assert line.variables["A"] == Word("2", f"{AT}.env[1].value")


def test_what_names_no_variable_is_left_to_the_shell():
    """`$(nproc)` is a command there; in capitals it may be a variable of a Service, and with `envFrom` any."""
    command = ["sh", "-c", 'server --threads "$(nproc)"']
    assert [word.text for word in _line(command).words if not word.known] == ["$(nproc)"]
    assert not any(word.known for word in _line(command, envFrom=[{"configMapRef": {"name": "a"}}]).words[2:])
    assert not _line([], ["$(WEB_SERVICE_HOST)"]).words[0].known


def test_a_value_from_elsewhere_is_not_known():
    """And neither is what is put together from it."""
    line = _line([], ["--m=$(FROM)"], [FROM, {"name": "B", "value": "x$(FROM)"}])
    assert [line.variables["FROM"].known, line.variables["B"].known, line.words[0].known] == [False, False, False]


def test_variables_from_elsewhere_are_told():
    """With a prefix they cannot be the ones that matter."""
    line = _line(envFrom=[{"configMapRef": {"name": "a"}}, {"prefix": "DB_", "secretRef": {"name": "b"}}])
    assert line.from_elsewhere == (f"{AT}.envFrom[0]",)


def test_words_know_where_they_stand():
    """A denial names the place."""
    line = _line(["sh", "-c"], ["vllm serve /m"])
    assert {word.at for word in line.words if word.text == "/m"} == {f"{AT}.args[0]"}


def test_an_unclosed_quote_hides_nothing():
    """A shell would refuse it; what stands behind it is read all the same."""
    assert "--trust-remote-code" in _texts(["sh", "-c", "vllm 'serve --trust-remote-code"])
