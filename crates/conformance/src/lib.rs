//! Performs ssecheck cases against a server and judges what the wire showed
