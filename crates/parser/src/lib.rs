//! Server-sent event streams: bytes to items and back, exactly as the HTML standard says
