#!/usr/bin/env python3
"""Opens documents with readers of others and tells what they see.

usage: read.py FORMAT FILE...
Prints one line of JSON for each file: {"seen": ...}, or {"refused": "why"} when the reader does not take it.
"""

import json
import pathlib
import sys

import formats


def told(read, path):
    try:
        return {"seen": read(path)}
    except Exception as error:  # whatever a reader throws is its refusal
        return {"refused": f"{type(error).__name__}: {error}"[:2000]}


def main():
    read = formats.READERS[sys.argv[1]]
    for path in sys.argv[2:]:
        print(json.dumps(told(read, pathlib.Path(path))))


main()
