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
//! | `GET /stats` | `{"subscribers": n}` |
//! | `GET /truth` | with `load-truth`: when each delivery was written, see [`LoadSwitch`] |
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
mod hub;
mod load;
mod memory;
mod publish;
mod query;
mod render;
mod replay;
mod reply;
mod server;
mod service;
mod switches;

pub use config::Config;
pub use faults::{FindError, Kind, Switch, all, find};
pub use load::{LoadSwitch, load_switches};
pub use server::Testbed;
pub use switches::Switches;
