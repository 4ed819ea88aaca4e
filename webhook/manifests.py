"""Reading manifests as kubectl does: files, directories and standard input, several documents, lists."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import yaml

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One object, or what stood in its place."""

    source: str
    """The file as it was named; `-` for standard input."""
    number: int
    """Which document of the file, counted from 1."""
    value: dict[str, Any]
    complaint: str = ""
    """Why it could not be read; empty where it could."""
    text: str = field(default="", repr=False)
    """The whole file."""
    within: str = ""
    """Path of the object in the document: `items[2]` in a list."""

    def line_of(self, path: str) -> int | None:
        """Return the line of the file, counted from 1, where a JSON path stands, or as much of it as is there."""
        from webhook.yaml_edit import line_of

        return line_of(self.text, self.number, f"{self.within}.{path}") if self.text else None


def expand(names: Sequence[str]) -> Iterator[str]:
    """Yield the files that are meant: directories give their manifests, in order."""
    for name in names:
        if name != "-" and Path(name).is_dir():
            yield from sorted(str(path) for path in Path(name).rglob("*") if path.suffix in SUFFIXES and path.is_file())
        else:
            yield name


def read_documents(name: str) -> Iterator[Document]:
    """Yield every object of a file, the items of lists one by one; what cannot be read is yielded with a complaint."""
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES) if name == "-" else Path(name).read_bytes()
        text = data.decode("utf-8-sig")
        values = list(parse(text))
    except (OSError, ValueError, RecursionError) as error:
        yield Document(source=name, number=1, value={}, complaint=_complaint(error))
        return
    for number, value in enumerate(values, start=1):
        if value is not None:
            yield from _unpacked(Document(source=name, number=number, value={}, text=text), value)


def _complaint(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return " ".join(str(error).split())[:300]


def _unpacked(document: Document, value: Any) -> Iterator[Document]:
    if not isinstance(value, dict):
        yield replace(document, complaint="it is no object")
    elif str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list):
        for index, item in enumerate(value["items"]):
            yield from _unpacked(replace(document, within=f"{document.within}.items[{index}]"), item)
    elif missing := [key for key in ("apiVersion", "kind") if not isinstance(value.get(key), str)]:
        yield replace(document, value=value, complaint=f"it has no {' and '.join(missing)}")
    else:
        yield replace(document, value=value)


def parse(text: str) -> Iterator[Any]:
    """Yield the documents of a YAML or JSON text; raise ValueError where it is neither."""
    import yaml

    try:
        yield from yaml.load_all(text, Loader=_loader())
    except yaml.YAMLError as error:
        hint = "it looks like a template, which `helm template` renders; " if "{{" in text else ""
        raise ValueError(f"{hint}it is no YAML: {error}") from error


def _loader() -> type[yaml.SafeLoader]:
    """Return a loader that makes what JSON has, as kubectl does: no dates; a key given twice is an error."""
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
            twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
            if twice is not None:
                raise yaml.constructor.ConstructorError(None, None, f"key {twice!r} stands twice", node.start_mark)
            return super().construct_mapping(node, deep)

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader
