#!/usr/bin/env python3
"""Writes the first corpus: the streams of scenarios/parser behind the bytes that a target reads first.

usage: seeds.py FOLDER      makes FOLDER/parse and FOLDER/differential
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parents[2] / "scenarios" / "parser"
LONGEST = 1000
# parse: chunk size, prefix, profile. differential: two cuts.
HEADS = {"parse": bytes([7, 128, 0]), "differential": bytes([2, 5, 11])}


def streams():
    for file in sorted(VECTORS.glob("*.json")):
        for vector in json.loads(file.read_text("utf-8"))["vectors"]:
            yield "".join(vector["chunks"]).encode("latin-1")


def main():
    [folder] = sys.argv[1:]
    all_streams = {stream for stream in streams() if len(stream) <= LONGEST}
    for target, head in HEADS.items():
        place = pathlib.Path(folder) / target
        place.mkdir(parents=True, exist_ok=True)
        for stream in all_streams:
            (place / hashlib.sha256(stream).hexdigest()[:16]).write_bytes(head + stream)
        print(f"{target}: {len(all_streams)} streams")


main()
