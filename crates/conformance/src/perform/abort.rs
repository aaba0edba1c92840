//! The abort step: clients that leave in the middle of the handshake.

use ssecheck_model::step::{Abort, AbortPoint, CutHow};
use ssecheck_transport::{Connection, Limits, Request, Version};

use super::{Stage, StepResult};
use crate::open::{HEAD_TIME, ask};
use crate::request::Plan;

impl Stage<'_> {
    pub(super) async fn abort(&mut self, step: &Abort) -> StepResult {
        for _ in 0..step.times {
            // A server that refuses or drops the connection has merely been quicker.
            if let Some(connection) = self.abortable(step.after).await {
                match step.how {
                    CutHow::Reset => drop(connection.reset()),
                    CutHow::Close => drop(connection.abort()),
                }
            }
        }
        Ok(())
    }

    async fn abortable(&self, point: AbortPoint) -> Option<Connection> {
        let limits = Limits::all(self.subject.scaled(None, HEAD_TIME));
        let plan = Plan::stream(self.subject);
        if point == AbortPoint::Head {
            return ask(self.subject, &self.subject.dialer, &plan, limits.head).await.connection;
        }
        let mut connection = self.subject.dialer.dial(&plan.url, &limits).await.ok()?;
        let request = plan.to_request();
        match point {
            AbortPoint::Connect => {}
            AbortPoint::HalfRequest => connection.send(&half(&request)?).await.ok()?,
            AbortPoint::Request | AbortPoint::Head => connection.send(&request).await.ok()?,
        }
        Some(connection)
    }
}

fn half(request: &Request) -> Option<Request> {
    let bytes = request.to_bytes().ok()?;
    Some(Request::raw("GET", Version::Http11, bytes[..bytes.len() / 2].to_vec()))
}
