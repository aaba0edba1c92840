"""CSV by RFC 4180: every line ended by CR LF, every record as long as the header."""

import csv
import io


def read(path):
    text = path.read_bytes().decode("utf-8")
    if not text.endswith("\r\n") or text.count("\n") != text.count("\r\n"):
        raise ValueError("a line does not end with CR LF")
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    if len(set(header)) != len(header) or not all(header):
        raise ValueError("a column has no name of its own")
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} fields under {len(header)} names")
        for field in row:
            float(field or 0)
    return {"header": header, "rows": rows}
