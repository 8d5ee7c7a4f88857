"""UTF-16: told from other encodings without a mark, and read on after a lost byte."""

from __future__ import annotations

import numpy as np

from pipelines.charset.candidates import Costs, known

SAMPLE_BYTES = 2048
# Labels, byte orders, codecs; the table of encodings is of those that leave ASCII alone.
WIDE = {"utf-16le": ("<u2", "utf-16-le"), "utf-16be": (">u2", "utf-16-be")}
# A character of Chinese text or markup costs less than this on average, in nats.
READABLE = 9.0
# What has to be gained by assuming that a byte is missing or too many.
OUT_OF_STEP = 20.0


def wide_without_mark(body: bytes) -> tuple[str, float] | None:
    """Recognise UTF-16 by what it reads as: its label, and what a byte costs in nats."""
    sample = body[:SAMPLE_BYTES]
    if len(sample) < 2:
        return None
    read = []
    for label in WIDE:
        in_step, _, in_two = _steps(sample, label)
        read.append((min(in_step, in_two + OUT_OF_STEP), label))
    cost, label = min(read)
    per_byte = cost / len(sample)
    return (label, per_byte) if per_byte < READABLE / 2 else None


def read_wide(body: bytes, label: str) -> tuple[str, int, bool]:
    """Read UTF-16; gives the text, broken characters, whether its last character is cut."""
    codec = WIDE[label][1]
    in_step, at, in_two = _steps(body, label)
    if in_two + OUT_OF_STEP < in_step:
        text = body[:at].decode(codec, "replace") + "\ufffd"
        body = body[at + 1 :]
    else:
        text = ""
    whole = body[: len(body) // 2 * 2]
    text += whole.decode(codec, "replace")
    return text, text.count("\ufffd"), len(whole) < len(body)


def _steps(body: bytes, label: str) -> tuple[float, int, float]:
    """Weigh reading in step against changing step once: cost, where to change, cost if changed."""
    even, odd = _running_costs(body, label), _running_costs(body[1:], label)
    size = min(len(even), len(odd))
    changed = even[:size] + (odd[-1] - odd[:size])
    best = int(changed.argmin())
    return float(even[-1]), 2 * best, float(changed[best])


def _running_costs(body: bytes, label: str) -> Costs:
    units = np.frombuffer(body, np.dtype(WIDE[label][0]), len(body) // 2)
    costs: Costs = np.zeros(len(units) + 1, np.float64)
    np.cumsum(known("gb18030").costs[units], out=costs[1:])
    return costs
