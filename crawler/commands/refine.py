"""`scrapy refine INPUT… -O OUT.jsonl`: the stages over files, without a crawl."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError


class Command(ScrapyCommand):
    """Exit codes: 0 done (with rejects too), 1 an input could not be read, 2 usage."""

    requires_project = False
    requires_crawler_process = False

    def syntax(self) -> str:
        """Show the arguments."""
        return "INPUT… -O OUT.jsonl"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Refine .warc, .html, .txt and .jsonl files into one JSON line a document"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add output, workers, learning and index."""
        super().add_options(parser)
        parser.add_argument("-O", "--output", metavar="OUT.jsonl", help="the file to write")
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
        parser.add_argument(
            "--no-learn", action="store_true", help="use no templates learnt from these inputs"
        )
        parser.add_argument("--index", metavar="PATH", help="note reprints with this index")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refine the inputs; raises UsageError."""
        if not args or not opts.output:
            raise UsageError("give inputs and -O OUT.jsonl")
        if opts.workers < 0:
            raise UsageError("--workers takes 0 (in this process) or more")
        target = Path(opts.output)
        part = target.with_name(target.name + ".part")
        try:
            out = part.open("w", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"cannot write {target}: {error.strerror}", print_help=False
            ) from error
        counts: Counter[str] = Counter()
        with out:
            self._write(args, opts, out, counts)
        part.replace(target)
        print(f"{counts['ok']} articles, {counts['rejected']} rejected -> {target}")

    def _write(
        self, args: list[str], opts: argparse.Namespace, out: IO[str], counts: Counter[str]
    ) -> None:
        from crawler.refinery import Document, documents, learnt, refined
        from pipelines.dedup import ReprintIndex

        def inputs(report: Callable[[str], None]) -> Iterator[Document]:
            for name in args:
                yield from documents(Path(name), report)

        # What cannot be read is told once, by the pass that writes.
        known = {} if opts.no_learn else learnt(lambda: inputs(lambda problem: None), opts.workers)
        index = ReprintIndex(Path(opts.index)) if opts.index else None
        try:
            for line in refined(inputs(self._unread), opts.workers, known):
                fields = line.fields
                if index is not None and line.print_ is not None:
                    match = index.add_fingerprint(fields["canonical_url"], line.print_)
                    fields["reprint_of"] = match.key if match else None
                out.write(json.dumps(fields, ensure_ascii=False) + "\n")
                counts[fields["status"]] += 1
        finally:
            if index is not None:
                index.close()

    def _unread(self, problem: str) -> None:
        print(f"scrapy refine: {problem}", file=sys.stderr)
        self.exitcode = 1
