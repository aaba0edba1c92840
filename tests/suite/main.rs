//! Whole-program tests of ssecheck, in one binary.
