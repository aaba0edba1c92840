"""HTTP without a network, for parsers that sit behind requests. Each chunk of the stream is one piece that
the connection has to give, and one chunk of the coding where there is one."""

import http.client
import io

import requests
import urllib3

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


class StreamEnded(Exception):
    """The stream was read to its end; the client wants to connect again."""


class Connection(io.RawIOBase):
    """What the server says, in pieces; `seen.k` follows."""

    def __init__(self, chunks, seen, coded):
        self.pieces = self.as_coded(chunks, seen) if coded else self.as_is(chunks, seen)
        self.rest = b""

    @staticmethod
    def as_coded(chunks, seen):
        yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        for seen.k, chunk in enumerate(chunks):
            # The coding has no empty chunk: it would end the body.
            if chunk:
                yield b"%x\r\n%b\r\n" % (len(chunk), chunk)
        seen.k = len(chunks)
        yield b"0\r\n\r\n"

    @staticmethod
    def as_is(chunks, seen):
        """The body ends with the connection."""
        yield HEAD + b"Connection: close\r\n\r\n"
        for seen.k, chunk in enumerate(chunks):
            if chunk:
                yield chunk
        seen.k = len(chunks)

    def readable(self):
        return True

    def readinto(self, room):
        self.rest = self.rest or next(self.pieces, b"")
        piece, self.rest = self.rest[: len(room)], self.rest[len(room) :]
        room[: len(piece)] = piece
        return len(piece)

    def makefile(self, *_):
        return io.BufferedReader(self)


class Transport(requests.adapters.HTTPAdapter):
    """A transport adapter of requests, which answers once."""

    def __init__(self, chunks, seen, coded):
        super().__init__()
        self.connection = Connection(chunks, seen, coded)

    def send(self, request, **_):
        connection, self.connection = self.connection, None
        if connection is None:
            raise StreamEnded
        answer = http.client.HTTPResponse(connection, method="GET")
        answer.begin()
        body = urllib3.HTTPResponse(
            body=answer,
            headers=urllib3.HTTPHeaderDict(answer.headers.items()),
            status=answer.status,
            preload_content=False,
            original_response=answer,
            request_method="GET",
        )
        return self.build_response(request, body)


def session(chunks, seen, coded=True):
    """A session whose first request is answered with these chunks, and the next with StreamEnded."""
    session = requests.Session()
    session.mount("http://", Transport(chunks, seen, coded))
    return session
