//! Requests with parameters of their own in the query.

use std::time::Duration;

use ssecheck_model::template::percent_encoded;
use ssecheck_transport::Url;

use super::Stage;
use crate::open::open;
use crate::request::Plan;
use crate::stream::Stream;

/// `url` with more parameters.
pub(super) fn with_query(url: &Url, parameters: &str) -> Result<Url, String> {
    let own = url.query().filter(|query| !query.is_empty());
    let before = own.map(|query| format!("{query}&")).unwrap_or_default();
    url.join(&format!("?{before}{parameters}")).map_err(|error| error.to_string())
}

impl Stage<'_> {
    /// Opens `plan` with the token of the target file in one parameter after the other: the first
    /// stream that is served, else the last answer.
    pub(super) async fn open_with_token(
        &self,
        plan: Plan,
        budget: Duration,
    ) -> Result<Stream, String> {
        let credentials = self.subject.field("authorization");
        let credentials = credentials.ok_or("the target file sends no authorization")?;
        let token = credentials.split_once(' ').map_or(credentials, |(_, token)| token.trim());
        let mut last = Err("the target file has no `query_token`".to_owned());
        for name in &self.subject.query_token {
            let mut plan = plan.clone();
            let parameter = format!("{}={}", percent_encoded(name), percent_encoded(token));
            plan.url = with_query(&plan.url, &parameter)?;
            plan.secret_parameters.push(percent_encoded(name));
            let mut stream = open(self.subject, plan, budget).await;
            if stream.is_served() {
                return Ok(stream);
            }
            stream.finish(false).await;
            last = Ok(stream);
        }
        last
    }
}
