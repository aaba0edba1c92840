"""GitHub-flavoured Markdown, parsed by markdown-it: what there is of tables, fences and raw HTML."""

import collections

from markdown_it import MarkdownIt

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def read(path):
    tokens = PARSER.parse(path.read_text(encoding="utf-8"))
    flat = [one for token in tokens for one in [token, *(token.children or [])]]
    kinds = collections.Counter(token.type for token in flat)
    return {
        "kinds": kinds,
        "tables": tables(tokens),
        "html": [token.content for token in flat if token.type in ("html_block", "html_inline")],
        "fences": [token.content for token in flat if token.type == "fence"],
        "text": " ".join(token.content for token in flat if token.type == "text"),
    }


def tables(tokens):
    """Rows of cells; a cell's text is what a person sees, line breaks as spaces."""
    found = []
    for token, follower in zip(tokens, tokens[1:] + [None]):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("td_open", "th_open"):
            parts = follower.children or []
            texts = [part.content for part in parts if part.type in ("text", "code_inline")]
            found[-1][-1].append("".join(texts))
    return found
