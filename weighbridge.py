"""The `weighbridge` command: reads the first word and imports the rest when it is known."""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EXIT_BROKEN_PIPE = 141
"""What a shell reports for a program that SIGPIPE ended."""
EXIT_INTERRUPTED = 130
"""The same for SIGINT."""
EXIT_FAILED = 2
"""The system refused something, such as room for the report: what was to be examined or decided is not."""

USAGE = """\
usage: weighbridge COMMAND [OPTIONS]

Keeps malicious model files out of model servers.

  scan       examine model files without loading them (laptop, CI)
  check      decide on Kubernetes manifests as the admission webhook would
  inject     add the gate to Kubernetes manifests
  gate       examine mounted volumes before a server starts (the init container)
  webhook    serve admission reviews
  reporter   turn the gates' verdicts into metrics and events
  rules      list the rules a finding can name, or explain one
  formats    list the formats and what is checked in each
  completion print a completion script for bash, zsh or fish

`weighbridge COMMAND --help` explains a command. `weighbridge --version` prints the version.
"""


def _scan(arguments: Sequence[str]) -> int:
    from scanners.cli.scan import main

    return main(arguments)


def _gate(arguments: Sequence[str]) -> int:
    from initcontainer.gate import main

    return main(arguments)


def _check(arguments: Sequence[str]) -> int:
    from initcontainer.gate import main as run_gate
    from webhook.check import main

    return main(arguments, run_gate=run_gate)


def _inject(arguments: Sequence[str]) -> int:
    from webhook.inject import main

    return main(arguments)


def _webhook(arguments: Sequence[str]) -> int:
    from webhook.parsers import webhook_parser

    webhook_parser().parse_args(arguments)  # Help and usage need nothing of what serving needs.
    from webhook.serve import main

    return main(arguments)


def _reporter(arguments: Sequence[str]) -> int:
    from webhook.parsers import reporter_parser

    reporter_parser().parse_args(arguments)  # As above.
    from webhook.reporter import main

    return main(arguments)


def _rules(arguments: Sequence[str]) -> int:
    from scanners.cli.rules import main

    return main(arguments)


def _formats(arguments: Sequence[str]) -> int:
    from scanners.cli.formats import main

    return main(arguments)


def _completion(arguments: Sequence[str]) -> int:
    from initcontainer import help as gate
    from scanners.cli import completion, formats, rules, scan
    from webhook import check, inject, parsers

    return completion.main(
        arguments,
        parsers={
            "scan": scan.parser,
            "check": check.parser,
            "inject": inject.parser,
            "gate": gate.parser,
            "webhook": parsers.webhook_parser,
            "reporter": parsers.reporter_parser,
            "rules": rules.parser,
            "formats": formats.parser,
            "completion": completion.parser,
        },
    )


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "scan": _scan,
    "check": _check,
    "inject": _inject,
    "gate": _gate,
    "webhook": _webhook,
    "reporter": _reporter,
    "rules": _rules,
    "formats": _formats,
    "completion": _completion,
}

NEEDS_EXTRA = ("webhook", "reporter")
"""Commands that run in the cluster, whose packages are not installed with the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (4 for a command that does not exist)."""
    _prepare_output()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0 if words else 4
    if words[0] in ("-V", "--version"):
        from scanners.version import VERSION

        print(f"weighbridge {VERSION}")
        return 0
    command = COMMANDS.get(words[0])
    if command is None:
        print(_unknown(words[0]), file=sys.stderr)
        return 4
    return _run(words[0], command, words[1:])


def _prepare_output() -> None:
    """Have standard output take every character, and take what is printed where it is closed, as `/dev/null` does."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for as long as the process runs
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _unknown(word: str) -> str:
    from scanners.cli.parser import meant

    hint = f"; to examine it: weighbridge scan {word}" if os.access(word, os.F_OK) else meant(word, COMMANDS)
    return f"weighbridge: no command is called {word!r}{hint}\n`weighbridge --help` lists the commands."


def _run(name: str, command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    try:
        code = command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave(EXIT_BROKEN_PIPE)
    except KeyboardInterrupt:
        return _leave(EXIT_INTERRUPTED)
    except ModuleNotFoundError as error:
        if name not in NEEDS_EXTRA:
            raise
        print(
            f"weighbridge {name}: the Python package {error.name!r} is not installed; it comes with the extra `webhook`: "
            "pip install '.[webhook]' in the directory of the project",
            file=sys.stderr,
        )
        return _leave(EXIT_FAILED)
    except OSError as error:
        print(f"weighbridge {name}: {error}", file=sys.stderr)
        return _leave(EXIT_FAILED)
    return code


def _leave(code: int) -> int:
    """Return a code for a run that did not get to its end, and drop what could not be printed.

    Python would try again, and complain, when it closes the stream at exit.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
