"""SSEDecoder of anthropic._streaming, see sdk.py."""

from sdk import CAPS, reader
from anthropic._streaming import SSEDecoder

__all__ = ["CAPS", "NAME", "PACKAGE", "read"]

PACKAGE = "anthropic"
NAME = "anthropic-python"
read = reader(SSEDecoder)
