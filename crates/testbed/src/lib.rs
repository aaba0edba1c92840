//! A correct server of event streams, and its faults, one switch each
