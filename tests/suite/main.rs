//! Whole-program tests of ssecheck, in one binary.

mod adapters;
mod baseline;
mod browser;
mod cases;
mod cli;
mod docs;
mod formats;
mod hostile;
mod interop;
mod kill_matrix;
mod load;
mod load_truth;
mod offline;
mod output_safety;
mod pages;
mod parse;
mod parser;
mod real_servers;
mod secrets;
mod signals;
mod support;
mod targets;
