"""What hostile files carry: inert, but of the shape that the real ones have."""

import struct

PAYLOAD = b"cos\nsystem\n(S'echo weighbridge'\ntR."
"""A pickle of protocol 0 that would run `echo`."""

PAYLOAD_4 = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x10echo weighbridge\x85R."
"""The same at protocol 4."""

PLAIN = b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."
"""The pickle of {"a": 1}."""

TEXT = b"A model card, in words.\n"


def state_dict(storages: int = 1) -> bytes:
    """Return the pickle that `torch.save` writes for a state dict of float vectors of length four."""
    items = b"".join(_item(number) for number in range(storages))
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + items + b"u."


def _text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def _item(number: int) -> bytes:
    storage = b"(" + _text("storage") + b"ctorch\nFloatStorage\n" + _text(f"{number}") + _text("cpu") + b"K\x04tQ"
    return (
        _text(f"layer.{number}.weight")
        + b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + b"K\x00K\x04\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
    )
