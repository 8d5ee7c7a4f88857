"""Decoding and repair of damaged text, by evidence."""

from pipelines.charset.decode import Decoded, decode
from pipelines.charset.repair import Repaired, repair

__all__ = ["Decoded", "Repaired", "decode", "repair"]
