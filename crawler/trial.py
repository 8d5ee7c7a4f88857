"""Shows what every stage makes of one document."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.items import ARTICLE_FIELDS, Article, Page
from crawler.refinery import Document
from crawler.state.templates import TemplateStore
from pipelines.boilerplate.template import Template
from pipelines.chain import mend, observed
from pipelines.charset import Decoded, decode
from pipelines.dedup import IndexFileError, ReprintIndex, fingerprint
from pipelines.quality import check

SHOWN_DAMAGES = 12
SHOWN_CHARACTERS = 60


def show(document: Document, data: Path, console: Console) -> int:
    """Print the stages of one document; gives 0 for an article, 1 for none."""
    page = document.page()
    if document.body is not None:
        _show_decoding(decode(document.body, document.content_type), console)
    mended = mend(page)
    _show_repairs(mended, console)
    template = TemplateStore(data / "templates").of(document.url)
    article, _ = observed(mended, template)
    _show_way(article, template, console)
    _show_drops(article, console)
    _show_fields(article, console)
    reason = check(article)
    console.rule("quality")
    console.print(
        f"rejected: {reason}" if reason else "an article", style="red" if reason else "green"
    )
    if reason:
        return 1
    _show_reprint(article, data / "reprints.db", console)
    return 0


def _show_decoding(decoded: Decoded, console: Console) -> None:
    console.rule("charset")
    console.print(
        f"declared {decoded.declared or 'nothing'}, decoded as {decoded.encoding}, ", end=""
    )
    console.print(f"confidence {decoded.confidence:.2f}")
    for line in decoded.evidence:
        console.print(f"  · {escape(line)}")


def _show_repairs(page: Page, console: Console) -> None:
    console.rule("repairs")
    if not page.damages:
        console.print("sound text, nothing changed")
    for kind, count in Counter(damage.kind for damage in page.damages).items():
        console.print(f"{kind}: {count}")
    for damage in page.damages[:SHOWN_DAMAGES]:
        before, after = (escape(t[:SHOWN_CHARACTERS]) for t in (damage.before, damage.after))
        mended = f"[green]{after}[/green]" if after != before else "[yellow]left as it is[/yellow]"
        console.print(
            f"  {damage.kind} at {damage.span[0]}: [red]{before}[/red] → {mended}"
            f"  ({damage.confidence:.2f})"
        )
    if len(page.damages) > SHOWN_DAMAGES:
        console.print(f"  … {len(page.damages) - SHOWN_DAMAGES} more")


def _show_way(article: Article, template: Template | None, console: Console) -> None:
    console.rule("layout")
    version, _, layout = article.template.partition("#")
    if template is None:
        console.print("read by itself: too little is known of the site")
    elif layout:
        console.print(f"read by layout {layout} of template {escape(version)}")
    else:
        known = len(template.layouts)
        console.print(f"read whole: none of the site's {known} layouts fits (template {version})")


def _show_drops(article: Article, console: Console) -> None:
    console.rule("dropped")
    for dropped in article.dropped:
        text = escape(dropped.text[:SHOWN_CHARACTERS])
        console.print(f"  line {dropped.line} [yellow]{dropped.rule}[/yellow] {text}")
    if not article.dropped:
        console.print("nothing")


def _show_fields(article: Article, console: Console) -> None:
    console.rule("fields")
    table = Table(show_header=False, box=None)
    for name in ARTICLE_FIELDS:
        value: Any = getattr(article, name)
        if value and name not in ("text", "damages", "dropped"):
            table.add_row(name, escape(str(value)))
    console.print(table)
    console.rule("text")
    console.print(escape(article.text))


def _show_reprint(article: Article, index_path: Path, console: Console) -> None:
    console.rule("reprints")
    found = fingerprint(article.text)
    console.print(f"fingerprint {found.digest}")
    if not index_path.exists():
        console.print("no reprint index yet")
        return
    try:
        with ReprintIndex(index_path) as index:
            match = index.nearest(article.canonical_url, found)
    except IndexFileError as error:
        console.print(f"{escape(str(error))}; the next crawl makes it anew")
        return
    if match is None:
        console.print("no copy known")
    else:
        console.print(f"{match.relation} {match.score:.2f} {escape(match.key)}")
