"""
Parse small messages by the protobuf library, with a schema given as a table.

The classes are made when they are first asked for, from descriptors built here: no generated code, and none of the
projects' own schemas, which would name every field they ever had. Text fields are bytes, so that nothing is refused
for its spelling. Unknown fields are kept by the library and cost what they are long, hence `LEAF`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.protobuf.wire import Span
    from scanners.sources import Source

    Schema = Mapping[str, Mapping[str, tuple[int, str]]]

LEAF = 1 << 16
"""The biggest message that is given to the library; a bigger one is walked by offset."""


class Messages:
    """The messages of one schema."""

    def __init__(self, package: str, schema: Schema) -> None:
        self._package = package
        self._schema = schema
        self._classes: Mapping[str, Any] | None = None

    def parse(self, name: str, source: Source, span: Span) -> Any:
        """Parse a message of up to `LEAF` bytes; raise `Malformed` where it is none."""
        from google.protobuf.message import DecodeError

        data = source.read(span.start, span.end - span.start)
        try:
            return self._of(name).FromString(data)
        except DecodeError as error:
            raise Malformed(span.start, f"a message {name}", str(error)) from error

    def _of(self, name: str) -> Any:
        if self._classes is None:
            self._classes = _classes(self._package, self._schema)
        return self._classes[name]


def _classes(package: str, schema: Schema) -> Mapping[str, Any]:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto2")
    for name, fields in schema.items():
        message = file.message_type.add(name=name)
        for field_name, (number, type_) in fields.items():
            field = message.field.add(name=field_name, number=number)
            plain = type_.removesuffix("*")
            field.label = field.LABEL_OPTIONAL if plain == type_ else field.LABEL_REPEATED
            field.type = {"text": field.TYPE_BYTES, "number": field.TYPE_INT64}.get(plain, field.TYPE_MESSAGE)
            if field.type == field.TYPE_MESSAGE:
                field.type_name = f".{package}.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in schema}
