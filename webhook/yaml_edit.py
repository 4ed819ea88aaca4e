"""Applying a JSON patch to the text of a YAML document, so that its order, comments and style stay as they are.

PyYAML's nodes say where in the text every value stands; an edit inserts or cuts whole lines, or a part of a flow
collection, and leaves all other characters alone. A round-trip library would do as much and re-indent the rest. Every
result is parsed again and compared with the patch applied to plain values: where the two differ, nothing is returned.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_WIDTH = 110
_GOES_BEFORE = {"initContainers": "containers"}
"""Key -> key in front of which people expect it."""


_INDENTED = re.compile(r"^( *)[\w.-]+: *\n\1 +- ", re.MULTILINE)
"""A list that stands further in than its key: the style in which lists are then written."""


class _Indented(yaml.SafeDumper):
    """Writes lists further in than their keys."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)


class EditError(ValueError):
    """A document whose text cannot be edited in place."""


def documents(text: str) -> Iterator[str]:
    """Yield the documents of a stream as they are written, so that together they are the whole text."""
    marks = [event.start_mark for event in yaml.parse(text) if isinstance(event, yaml.DocumentStartEvent)]
    edges = [0, *(mark.index for mark in marks[1:] if mark is not None), len(text)]
    yield from (text[start:end] for start, end in pairwise(edges))


_PATH = re.compile(r"""\.?([^.\[\]"']+)|\[(\d+)\]|\[["'](.+?)["']\]""")


def line_of(text: str, number: int, path: str) -> int | None:
    """Return the line, counted from 1, where a JSON path stands in a document of a stream, or what there is of it."""
    document = next(
        (part for part in enumerate(yaml.compose_all(text, Loader=yaml.SafeLoader), 1) if part[0] == number), None
    )
    node: Any = document[1] if document else None
    line: int | None = None
    for key, index, quoted in _PATH.findall(path):
        found = _step(node, int(index) if index else key or quoted)
        if found is None:
            return line
        node, line = found
    return line


def _step(node: Any, key: str | int) -> tuple[Any, int] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key].start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return next(((value, name.start_mark.line + 1) for name, value in node.value if name.value == key), None)
    return None


def apply(value: Any, patch: Sequence[Mapping[str, Any]]) -> Any:
    """Return a copy of plain values with a JSON patch applied; `add`, `replace` and `remove` are all there is here."""
    result = _own(value)
    for operation in patch:
        *parents, last = _keys(operation["path"])
        target = result
        for key in parents:
            target = target[int(key)] if isinstance(target, list) else target[key]
        if isinstance(target, list):
            _apply_to_list(target, last, operation)
        elif operation["op"] == "remove":
            del target[last]
        else:
            target[last] = _own(operation["value"])
    return result


def _own(value: Any) -> Any:
    """Copy a value so that what stands in two places (an alias) becomes two values."""
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return [_own(item) for item in value] if isinstance(value, list) else value


def _apply_to_list(target: list[Any], key: str, operation: Mapping[str, Any]) -> None:
    index = len(target) if key == "-" else int(key)
    if operation["op"] == "remove":
        del target[index]
    elif operation["op"] == "replace":
        target[index] = _own(operation["value"])
    else:
        target.insert(index, _own(operation["value"]))


def _keys(path: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in path.split("/")[1:]]


def edit(text: str, patch: Sequence[Mapping[str, Any]], load: Callable[[str], Any] = yaml.safe_load) -> str:
    """Return the text of one document with the patch applied; raise `EditError` where that cannot be done in place."""
    edited = text
    for operation in patch:
        try:
            edited = _edited(edited, operation)
        except (KeyError, IndexError, ValueError, yaml.YAMLError) as error:
            raise EditError(f"{operation['path']} cannot be edited in place") from error
    try:
        is_right = load(edited) == apply(load(text), patch)
    except (yaml.YAMLError, ValueError) as error:
        raise EditError("the edited text would no longer be YAML") from error
    if not is_right:
        raise EditError("it is written in a way that cannot be edited in place (an alias, perhaps)")
    return edited


def _edited(text: str, operation: Mapping[str, Any]) -> str:
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    *parents, last = _keys(operation["path"])
    for key in parents:
        node = _child(node, key)
    if isinstance(node, yaml.SequenceNode):
        return _edited_sequence(text, node, last, operation)
    if not isinstance(node, yaml.MappingNode):
        raise KeyError(last)
    old = next((value for name, value in node.value if name.value == last), None)
    if old is None:
        return _add_key(text, node, last, operation["value"])
    if isinstance(old, yaml.CollectionNode) and not old.flow_style and old.value:
        raise KeyError(last)
    start = old.start_mark.index
    blank = "" if start and text[start - 1].isspace() else " "
    return text[:start] + blank + json.dumps(operation["value"]) + text[old.end_mark.index :]


def _edited_sequence(text: str, node: yaml.SequenceNode, key: str, operation: Mapping[str, Any]) -> str:
    index = len(node.value) if key == "-" else int(key)
    if operation["op"] == "add":
        return _add_item(text, node, index, operation["value"])
    if operation["op"] == "remove":
        return _remove_item(text, node, index)
    added = _add_item(text, node, index, operation["value"])
    return _edited(added, {"op": "remove", "path": operation["path"][: -len(key)] + str(index + 1)})


def _child(node: Any, key: str) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return node.value[int(key)]
    if isinstance(node, yaml.MappingNode):
        found = [value for name, value in node.value if name.value == key]
        if found:
            return found[0]
    raise KeyError(key)


def _add_key(text: str, node: yaml.MappingNode, key: str, value: Any) -> str:
    if node.flow_style:
        is_plain = key.isalpha() and node.value and node.value[0][0].style is None
        return _into_flow(text, node, len(node.value), f"{key if is_plain else json.dumps(key)}: {json.dumps(value)}")
    indent = node.value[0][0].start_mark.column
    before = next((name for name, _ in node.value if name.value == _GOES_BEFORE.get(key)), None)
    line = text.rfind("\n", 0, before.start_mark.index) + 1 if before is not None else 0
    if before is not None and text[line : before.start_mark.index].isspace():
        at = _above_comments(text, line)
    else:
        at = _line_after(text, _content_end(node))
    return _insert(text, at, {key: value}, indent)


def _add_item(text: str, node: yaml.SequenceNode, index: int, value: Any) -> str:
    if node.flow_style:
        return _into_flow(text, node, index, json.dumps(value))
    indent = node.start_mark.column
    at = _item_start(text, node, index) if index < len(node.value) else _line_after(text, _content_end(node))
    return _insert(text, _above_comments(text, at) if index < len(node.value) else at, [value], indent)


def _remove_item(text: str, node: yaml.SequenceNode, index: int) -> str:
    item = node.value[index]
    if node.flow_style:
        if index + 1 < len(node.value):
            return text[: item.start_mark.index] + text[node.value[index + 1].start_mark.index :]
        start = node.value[index - 1].end_mark.index if index else item.start_mark.index
        return text[:start] + text[item.end_mark.index :]
    return text[: _item_start(text, node, index)] + text[_line_after(text, _content_end(item)) :]


def _item_start(text: str, node: yaml.SequenceNode, index: int) -> int:
    """Return the start of the line that holds an item's dash."""
    dash = "\n" + " " * node.start_mark.column + "-"
    return text.rindex(dash, 0, node.value[index].start_mark.index) + 1


def _into_flow(text: str, node: yaml.CollectionNode, index: int, written: str) -> str:
    if not node.value:
        at = node.start_mark.index + 1
        return text[:at] + written + text[at:]
    if index < len(node.value):
        at = node.value[index].start_mark.index
        return f"{text[:at]}{written}, {text[at:]}"
    last = node.value[-1]
    at = (last[1] if isinstance(last, tuple) else last).end_mark.index
    return f"{text[:at]}, {written}{text[at:]}"


def _content_end(node: Any) -> int:
    """Return where a value ends; PyYAML's mark of a block collection lies behind comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: int = node.end_mark.index
    return end


def _line_after(text: str, index: int) -> int:
    """Return the start of the next line; an index that stands at the start of a line already is that (a block scalar's)."""
    if index and text[index - 1] == "\n":
        return index
    newline = text.find("\n", index)
    return len(text) if newline < 0 else newline + 1


def _above_comments(text: str, at: int) -> int:
    """Move the start of a line up over the comments that belong to it."""
    while at:
        above = text.rfind("\n", 0, at - 1) + 1
        if not text[above:at].lstrip().startswith("#"):
            return at
        at = above
    return at


def _insert(text: str, at: int, value: Any, indent: int) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    dumper = _Indented if _INDENTED.search(text) else yaml.SafeDumper
    lines = yaml.dump(value, Dumper=dumper, sort_keys=False, width=_WIDTH).splitlines()
    written = "".join(f"{' ' * indent}{line}{newline}" for line in lines)
    start = newline if at and text[at - 1] != "\n" else ""
    return text[:at] + start + written + text[at:]
