//! The abort step: clients that leave in the middle of the handshake.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ssecheck_model::step::{Abort, AbortPoint, CutHow};
use ssecheck_transport::{Connection, Limits, Request, Version};

use tokio::time::Instant as Deadline;

use super::{Stage, StepResult};
use crate::open::HEAD_TIME;
use crate::request::Plan;

/// How long a server whose heads come late gets to take note of a request.
const LATE_HEAD: Duration = Duration::from_millis(100);

impl Stage<'_> {
    pub(super) async fn abort(&mut self, step: &Abort) -> StepResult {
        for _ in 0..step.times {
            // A server that refuses or drops the connection has merely been quicker.
            if let Some(connection) = self.abortable(step).await {
                match step.how {
                    CutHow::Reset => drop(connection.reset()),
                    CutHow::Close => drop(connection.abort()),
                }
            }
        }
        Ok(())
    }

    async fn abortable(&self, step: &Abort) -> Option<Connection> {
        let limits = Limits::all(self.subject.scaled(None, HEAD_TIME));
        let mut plan = Plan::stream(self.subject);
        if let Some(id) = step.last_event_id.as_ref().and_then(|id| self.render(id, None)) {
            plan.set("last-event-id", &id);
        }
        let mut connection = self.subject.dialer.dial(&plan.url, &limits).await.ok()?;
        let request = plan.to_request();
        match step.after {
            AbortPoint::Connect => {}
            AbortPoint::HalfRequest => connection.send(&half(&request)?).await.ok()?,
            AbortPoint::Request => connection.send(&request).await.ok()?,
            AbortPoint::Head => {
                connection.send(&request).await.ok()?;
                // A head that comes only with an event is not coaxed out: publishing would make
                // the server notice the clients that left before.
                let late = self.subject.late_heads.load(Ordering::Relaxed);
                let patience = if late { LATE_HEAD } else { limits.head };
                match connection.head_until(Deadline::now() + patience).await {
                    Ok(_) => {}
                    Err(error) if late && error.is_timeout() => {}
                    Err(_) => return None,
                }
            }
        }
        Some(connection)
    }
}

fn half(request: &Request) -> Option<Request> {
    let bytes = request.to_bytes().ok()?;
    Some(Request::raw("GET", Version::Http11, bytes[..bytes.len() / 2].to_vec()))
}
