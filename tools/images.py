"""Build both images, push them, and print the values that the chart needs: where they are, and their digests.

python -m tools.images registry.example.com/security [--engine podman] > images.yaml

Needs Docker or Podman and nothing else. The digest is the registry's, of what was pushed; an image's local id is another
number, and no node can pull by it.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from scanners.version import VERSION

ROOT = Path(__file__).parents[1]
TARGETS = ("webhook", "gate")


def publish(engine: str, registry: str, target: str, options: list[str]) -> str:
    """Build one target and push it; return its digest in the registry."""
    name = f"{registry}/weighbridge/{target}:{VERSION}"
    build = [engine, "build", f"--target={target}", f"--build-arg=VERSION={VERSION}", f"--tag={name}", *options]
    _run([*build, str(ROOT)])
    _run([engine, "push", name])
    shown = subprocess.run([engine, "image", "inspect", name], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return digest_in(json.loads(shown.stdout), name.rpartition(":")[0])


def digest_in(inspected: list[dict[str, list[str]]], repository: str) -> str:
    """Return the digest that an image has in a repository, from what `image inspect` prints; raise `LookupError`."""
    for pulled in inspected[0].get("RepoDigests") or ():
        place, _, digest = pulled.partition("@")
        if place == repository:
            return digest
    raise LookupError(f"the image has no digest in {repository}: was it pushed?")


def values(registry: str, digests: dict[str, str]) -> str:
    """Return the chart's values for the images, as YAML."""
    lines = [f"  {target}:\n    digest: {digest}\n" for target, digest in digests.items()]
    return f"images:\n  registry: {registry}\n{''.join(lines)}"


def _run(command: list[str]) -> None:
    # What the engine says must not mix with the values.
    subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603


def main() -> int:
    """Build, push, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.images", description=__doc__.splitlines()[0])
    parser.add_argument("registry", help="registry and path, such as registry.example.com/security")
    parser.add_argument("--engine", default="docker", help="docker or podman (default: %(default)s)")
    arguments, options = parser.parse_known_args()
    if shutil.which(arguments.engine) is None:
        parser.error(f"there is no {arguments.engine} on PATH")
    registry = arguments.registry.rstrip("/")
    try:
        digests = {target: publish(arguments.engine, registry, target, options) for target in TARGETS}
    except subprocess.CalledProcessError as error:
        # What is wrong has been said by the engine, above.
        print(f"not published: {shlex.join(error.cmd)} ended with {error.returncode}", file=sys.stderr)
        return 1
    except LookupError as error:
        print(f"not published: {error}", file=sys.stderr)
        return 1
    print(values(registry, digests), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
