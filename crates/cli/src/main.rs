//! The `ssecheck` command: the door to everything else.

mod args;
mod capture;
mod cases;
mod compare;
mod interrupt;
mod load;
mod load_plan;
mod load_progress;
mod matrix;
mod merge;
mod output;
mod parse;
mod parser;
mod processes;
mod progress;
mod recheck;
mod report;
mod run;
mod screen;
mod secrets;
mod selftest;
mod serve;
mod server_process;
mod settings;

use std::process::ExitCode;

use clap::Parser;
use ssecheck_model::exit;

use crate::args::{Args, Command};
use crate::output::complain;

fn main() -> ExitCode {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        screen::clear_for_panic();
        tell(panic);
    }));
    // A panic is a bug of ours and has an exit code of its own; the hook has told it.
    let code = std::panic::catch_unwind(|| dispatch(Args::parse())).unwrap_or_else(|_| {
        complain("this is a bug of ssecheck; please report it with the message above");
        exit::BUG
    });
    ExitCode::from(code)
}

fn dispatch(args: Args) -> u8 {
    let done = match args.command {
        Command::Run(args) => run::run(&args),
        Command::Load(args) => load::load(&args),
        Command::Matrix(args) => matrix::matrix(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::Cases(args) => cases::cases(&args),
        Command::Parser(args) => parser::parser(&args),
        Command::Adapter => parser::adapter(),
        Command::Parse(args) => parse::parse(&args),
        Command::Recheck(args) => recheck::recheck(&args),
        Command::Report(args) => report::report(&args),
        Command::Selftest(args) => selftest::selftest(&args),
    };
    done.unwrap_or_else(|stop| stop.tell())
}
