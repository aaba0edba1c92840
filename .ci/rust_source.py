"""Rust source with what is no code blanked out; every line and column stays where it was."""

import re

# The raw string comes before the plain one, because its backslashes escape nothing.
TOKEN = re.compile(
    r"""
      (?P<line>//[^\n]*)
    | (?P<block>/\*)
    | \b(?:b|c)?r(?P<hashes>\#*)".*?"(?P=hashes)
    | "(?:\\.|[^"\\])*"
    | '(?:\\.[^'\n]*|[^'\\\n])'
    """,
    re.VERBOSE | re.DOTALL,
)
TEST_ATTRIBUTE = re.compile(r"#\[cfg\((?![^\]]*\bnot\()[^\]]*\btest\b[^\]]*\)\]")


def code(text):
    """Without comments and without the contents of strings and characters."""
    out, at = [], 0
    while found := TOKEN.search(text, at):
        end = block_comment_end(text, found.start()) if found["block"] else found.end()
        out += [text[at : found.start()], blank(text[found.start() : end])]
        at = end
    return "".join(out) + text[at:]


def block_comment_end(text, start):
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def product(text):
    """The code without items that only tests compile."""
    text, at = code(text), 0
    while found := TEST_ATTRIBUTE.search(text, at):
        at = item_end(text, found.end())
        text = text[: found.start()] + blank(text[found.start() : at]) + text[at:]
    return text


def item_end(text, start):
    """An item ends with the brace that closes its first block, or at a semicolon before one."""
    depth = 0
    for mark in re.compile(r"[{};]").finditer(text, start):
        depth += {"{": 1, "}": -1, ";": 0}[mark[0]]
        if depth <= 0:
            return mark.end()
    return len(text)


def blank(text):
    return re.sub(r"[^\n]", " ", text)
