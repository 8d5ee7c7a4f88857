"""A value of a notice and the words it was read from."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.charset.script import fold_script

ASIDE = re.compile(
    r"\s*[(（](?:以下|下称|下同|简称|项目编号|编号|招标编号|采购编号|盖章|公章)[^()（）]*[)）]?\s*"
)
QUOTES = str.maketrans("", "", '“”"「」')


class Read(NamedTuple):
    """A value and the words it was read from; both empty where nothing was found."""

    value: str = ""
    raw: str = ""


def in_the_script_of(text: str, read: Read) -> Read:
    """Give a name as the text writes it: some portals put their overviews in the other script."""
    words = fold_script(read.value)
    return Read(words, words) if words != read.value and words in text else read
