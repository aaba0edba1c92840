//! The seven servers of `tests/servers`, judged with and without their target files. Each red
//! verdict is one that the bytes of the server prove (`why` in `tests/servers/expected`); anything
//! else would be a false verdict of ours.

use std::time::Duration;

use serde_json::Value;

use crate::support::expected;
use crate::support::program::{Finished, Program};
use crate::support::server::{Server, servers};

/// Far more than a run takes; it only keeps a hang from holding the suite.
const LIMIT: Duration = Duration::from_secs(300);

fn judge_declared(name: &str) {
    let Some(server) = Server::start(name) else { return };
    let target = servers().join("targets").join(format!("{name}.yaml"));
    let program = Program::new(
        ["run", "--json", "-", "--target"].map(Into::into).into_iter().chain([target]),
    )
    .env("SSECHECK_PORT", &server.port().to_string());
    check(name, &program.run(LIMIT));
}

fn judge_bare(name: &str) {
    let Some(server) = Server::start(name) else { return };
    let program = Program::new(["run", "--json", "-", &server.url()]);
    check(&format!("{name}-bare"), &program.run(LIMIT));
}

fn check(name: &str, finished: &Finished) {
    let report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{name}: no JSON report: {error}\n{}", finished.stderr));
    expected::check(name, finished.code, &report);
}

macro_rules! each_server {
    ($($module:ident $name:literal),* $(,)?) => {$(
        mod $module {
            #[test]
            fn with_its_target_file_is_judged_as_its_bytes_are() {
                super::judge_declared($name);
            }

            #[test]
            fn by_its_url_alone_is_judged_as_its_bytes_are() {
                super::judge_bare($name);
            }
        }
    )*};
}

each_server! {
    axum "axum",
    node_http "node-http",
    express "express",
    hono "hono",
    sse_starlette "sse-starlette",
    flask "flask",
    nchan "nchan",
}
