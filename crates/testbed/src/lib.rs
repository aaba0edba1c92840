//! A correct server of event streams, and its faults, one switch each.
//!
//! The server is the reference that every check must find conformant. A [`Switch`] changes one
//! thing about it: a *fault* breaks what it says and nothing else, a *variation* is unusual but
//! legal and must stay green. What the correct server writes comes from `ssecheck_parser::encode`;
//! what a fault writes comes from here.
//!
//! | resource | answer |
//! |---|---|
//! | `GET /events` | every published event, resumed from `Last-Event-ID` |
//! | `POST /publish` | takes `{"event", "id", "data", "comment"}`, each may be null or absent |
//! | `GET /echo?data=&event=&id=&comment=` | one event made of the query, then the end |
//! | `GET /replay` | six events, resumed from `Last-Event-ID`, then the end |
//! | `GET /finished` | 204: do not come back |
//! | `GET /job/NAME` | the progress of a job, which the first client starts; 204 when all is said |
//! | `GET /job/NAME/runs` | `{"runs": n}`: how often it was started |
//! | `GET /via/events` | the hub as through a proxy |
//! | `GET /limited/events` | the hub, for three streams at a time; 429 to the fourth |
//! | `GET /checked/events` | the hub, for its own origin and host only, else 403 |
//! | `GET /moved` | 307 to `/events`, with the same query |
//! | `GET /plain/events` | 403: the stream is only served with TLS |
//! | `GET /neighbour` | JSON, no stream |
//! | `GET /stats` | `{"subscribers": n, "running": n, "queued_bytes": n}` |
//! | `POST /restart` | ends every stream of the hub in order, as before a new version |
//! | `GET /scripted/N` | the `N`-th of [`Scripts`], byte for byte, for a client under test |
//! | `GET /truth` | with `load-truth`: when each delivery was written, see [`LoadSwitch`] |
//!
//! Where a token is needed ([`Config::token`]), two more are taken: `stranger`, whose stream is
//! another one, to which nobody publishes, and `expiring`, whose stream ends after half a second.
//!
//! ```
//! # async fn f() -> std::io::Result<()> {
//! use ssecheck_testbed::{Config, Testbed};
//!
//! let testbed = Testbed::start(Config::default())?;
//! assert!(testbed.url().ends_with("/events"));
//! testbed.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod access;
mod body;
mod config;
mod connection;
mod cors;
mod edge;
mod events;
mod faults;
mod http2;
mod hub;
mod job;
mod load;
mod memory;
mod proxy;
mod publish;
mod query;
mod render;
mod replay;
mod reply;
mod routes;
mod scripted;
mod server;
mod service;
mod switches;

pub use config::Config;
pub use faults::{FindError, Kind, Switch, all, find};
pub use load::{LoadSwitch, load_switches};
pub use scripted::{ScriptedAnswer, ScriptedRequest, Scripts};
pub use server::Testbed;
pub use switches::Switches;
