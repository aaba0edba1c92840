//! Whole-program tests of ssecheck, in one binary.

mod adapters;
mod again;
mod baseline;
mod browser;
mod cases;
mod cli;
mod compare;
mod docs;
mod formats;
mod hostile;
mod interop;
mod kill_matrix;
mod load;
mod load_truth;
mod matrix;
mod offline;
mod output_safety;
mod parse;
mod parser;
mod readers;
mod real_servers;
mod secrets;
mod signals;
mod support;
mod targets;
mod terminal;
