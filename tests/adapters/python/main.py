"""An adapter of sse-adapter/1: main.py NAME speaks for parsers/NAME.py on stdin and stdout."""

import importlib.util
import os
import sys
from pathlib import Path

import loop


def load(name):
    # Under a name of its own: some of the files are called like the package that they import.
    file = Path(__file__).parent / "parsers" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"adapter_{name}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    # Standard output belongs to the protocol, whatever a library likes to print.
    protocol = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(2, 1)
    loop.serve(load(sys.argv[1]), sys.stdin.buffer, protocol)
