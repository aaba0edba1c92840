"""SSEDecoder of openai._streaming, see sdk.py."""

from sdk import CAPS, reader
from openai._streaming import SSEDecoder

__all__ = ["CAPS", "NAME", "PACKAGE", "read"]

PACKAGE = "openai"
NAME = "openai-python"
read = reader(SSEDecoder)
