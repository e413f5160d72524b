"""Logs as trackers write them, by hand: TensorBoard's event files, and W&B's in LevelDB's blocks."""

from __future__ import annotations

import struct

_BLOCK = 32768


def message(*fields: tuple[int, bytes | int]) -> bytes:
    """A protobuf of (number, bytes or a whole number)."""
    made = b""
    for number, value in fields:
        if isinstance(value, int):
            made += varint(number << 3) + varint(value)
        else:
            made += varint(number << 3 | 2) + varint(len(value)) + value
    return made


def varint(value: int) -> bytes:
    """A whole number as protobuf writes it."""
    made = b""
    while value > 127:
        made += bytes([value & 127 | 128])
        value >>= 7
    return made + bytes([value])


def event_file(*texts: str) -> bytes:
    """Events, each with a summary that holds a tensor of a text; checksums are left zero."""
    made = b""
    for step, text in enumerate(texts):
        value = message((1, b"rewrites"), (8, message((1, 7), (8, text.encode()))))
        event = message((2, step), (5, message((1, value))))
        made += struct.pack("<QI", len(event), 0) + event + bytes(4)
    return made


def wandb_log(*texts: str) -> bytes:
    """Records that hold JSON with a text, cut where a block ends."""
    made = bytearray(b":W&B\x0b\xbe\x00")
    for text in texts:
        record = message((2, message((1, message((1, b"draft"), (16, text.encode()))))))
        first = True
        while record or first:
            left = _BLOCK - len(made) % _BLOCK
            if left < 7:
                made += bytes(left)
                continue
            chunk, record = record[: left - 7], record[left - 7 :]
            kind = (1 if not record else 2) if first else (4 if not record else 3)
            made += struct.pack("<IHB", 0, len(chunk), kind) + chunk
            first = False
    return bytes(made)
