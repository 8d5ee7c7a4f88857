"""Writes t2s.txt: what OpenCC's t2s changes, traditional then simplified, a pair a line."""

from pathlib import Path

from opencc import OpenCC

RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2EBF0))


def pairs() -> list[str]:
    """The single-character pairs of OpenCC's t2s, in code point order."""
    convert = OpenCC("t2s").convert
    characters = (chr(c) for low, high in RANGES for c in range(low, high))
    return [c + s for c in characters if len(s := convert(c)) == 1 and s != c]


if __name__ == "__main__":
    rows = pairs()
    Path(__file__).with_name("t2s.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} pairs")
