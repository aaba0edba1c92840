"""Where the program under measurement is, for the benches in Python; `lib.sh` says it for the others."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = os.environ.get("SSECHECK", str(TARGET / "release" / "ssecheck"))
