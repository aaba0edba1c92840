//! Sockets, TLS and a lenient HTTP/1.1 reader that record every byte with its time
