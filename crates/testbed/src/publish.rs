//! `POST /publish`.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{Response, StatusCode};
use serde::Deserialize;

use crate::config::PUBLISH_BYTES;
use crate::hub::{Draft, Hub};
use crate::reply::{Reply, error, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Publication {
    event: Option<String>,
    id: Option<String>,
    data: Option<String>,
    comment: Option<String>,
}

/// Takes one event; answers once it is in the queues of all subscribers.
pub(crate) async fn publish(hub: &Hub, body: Incoming) -> Response<Reply> {
    match read(body).await {
        Ok(draft) => hand_over(hub, draft).await,
        Err(refusal) => *refusal,
    }
}

async fn hand_over(hub: &Hub, draft: Draft) -> Response<Reply> {
    match hub.publish(draft).await {
        Ok(id) => json(StatusCode::OK, &serde_json::json!({ "id": id })),
        Err(wrong) => error(StatusCode::BAD_REQUEST, &wrong.to_string()),
    }
}

async fn read(body: Incoming) -> Result<Draft, Box<Response<Reply>>> {
    let content = match Limited::new(body, PUBLISH_BYTES).collect().await {
        Ok(content) => content.to_bytes(),
        Err(wrong) if wrong.is::<LengthLimitError>() => {
            let text = format!("the body is longer than {PUBLISH_BYTES} bytes");
            return Err(Box::new(error(StatusCode::PAYLOAD_TOO_LARGE, &text)));
        }
        Err(wrong) => return Err(Box::new(error(StatusCode::BAD_REQUEST, &wrong.to_string()))),
    };
    parse(&content).map_err(|wrong| Box::new(error(StatusCode::BAD_REQUEST, &wrong.to_string())))
}

fn parse(content: &Bytes) -> serde_json::Result<Draft> {
    let Publication { event, id, data, comment } = serde_json::from_slice(content)?;
    Ok(Draft { event, id, data: data.unwrap_or_default(), comment })
}
