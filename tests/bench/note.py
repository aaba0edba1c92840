"""Adds KEY=VALUE pairs (numbers stay numbers) to each JSON line on standard input, and prints it."""

import json
import sys


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def main():
    extra = {key: value(text) for key, _, text in (pair.partition("=") for pair in sys.argv[1:])}
    for line in sys.stdin:
        print(json.dumps(extra | json.loads(line)))


main()
