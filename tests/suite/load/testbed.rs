//! The built-in testbed: a process of its own, which never outlives the run.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;

use nix::errno::Errno;
use nix::unistd::Pid;

use super::tools::{LIMIT, SHORT, in_mid_run, number, text, with_plan};
use crate::support::process::Signal;

fn is_gone(pid: u64) -> bool {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
    nix::sys::signal::kill(pid, None) == Err(Errno::ESRCH)
}

#[test]
fn without_a_url_the_testbed_is_a_process_of_its_own_and_gone_afterwards() {
    let (finished, report) = with_plan(SHORT, &[]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let first = finished.stdout.lines().next().unwrap_or_default();
    assert!(first.contains("no URL given") && first.contains("testbed"), "{first}");
    assert_eq!(finished.stderr, "");
    assert_eq!(report["target"]["testbed"], true);
    // The one process whose use was watched is the testbed's.
    let pid = number(&report, "/load/server/pid");
    assert!(is_gone(pid), "process {pid} still runs");
}

/// The address in the first line of a run.
fn address(stdout: &[u8]) -> String {
    let text = text(stdout);
    let after = text.split("http://").nth(1).and_then(|url| url.split('/').next());
    after.unwrap_or_else(|| panic!("no URL in {text}")).to_owned()
}

/// Waits until the peer is gone.
fn assert_ends(mut witness: TcpStream, address: &str) {
    witness.set_read_timeout(Some(LIMIT)).expect("it can be set");
    match witness.read(&mut [0]) {
        Ok(count) => assert_eq!(count, 0, "it says something"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "it still runs"),
    }
    let again = TcpStream::connect(address).map_err(|error| error.kind()).err();
    assert_eq!(again, Some(ErrorKind::ConnectionRefused), "it closed one connection only");
}

/// Ends a run from outside and gives its exit code, once the testbed is gone too.
fn ended_by(signal: Signal, arguments: &[&str]) -> Option<i32> {
    let mut run = in_mid_run(arguments);
    let address = address(&run.stdout);
    let witness = TcpStream::connect(&address).expect("the testbed listens");
    run.signal(signal);
    assert!(run.finish(LIMIT), "it did not end");
    assert_ends(witness, &address);
    run.status.and_then(|status| status.code())
}

#[test]
fn the_testbed_ends_with_a_run_that_is_interrupted() {
    assert_eq!(ended_by(Signal::SIGINT, &[]), Some(130));
    assert_eq!(ended_by(Signal::SIGTERM, &[]), Some(130));
}

#[test]
fn the_testbed_ends_even_when_the_run_is_killed() {
    assert_eq!(ended_by(Signal::SIGKILL, &[]), None);
}
