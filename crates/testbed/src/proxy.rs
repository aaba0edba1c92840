//! The proxy before the hub. A good one changes nothing, so only its faults are here.

use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
    HeaderValue,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::body::Coding;
use crate::reply::{Reply, error};
use crate::service::Resource;

/// 502 from a proxy that knows `text/event-stream` without parameters only.
pub(crate) fn refusal(switches: &Switches, resource: Resource) -> Option<Response<Reply>> {
    let refuses = resource == Resource::Via && switches.has("proxy-exact-type");
    refuses.then(|| error(StatusCode::BAD_GATEWAY, "the upstream answer is no event stream"))
}

/// Whether nothing is passed on before the first event.
pub(crate) fn withholds_head(switches: &Switches, resource: Resource) -> bool {
    resource == Resource::Via && switches.has("proxy-head-withheld")
}

/// The media type of a proxy that does not know this one.
pub(crate) fn retype(switches: &Switches, resource: Resource, headers: &mut HeaderMap) {
    if resource == Resource::Via && switches.has("proxy-retypes") {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
}

/// Whether gzip is used by somebody who was asked for it.
pub(crate) fn codes(switches: &Switches, request: &Parts, resource: Resource) -> bool {
    let recodes = resource == Resource::Via && switches.has("proxy-recodes");
    (recodes || switches.has("vary-no-accept-encoding")) && is_gzip_offered(request)
}

fn is_gzip_offered(request: &Parts) -> bool {
    let offered = request.headers.get(ACCEPT_ENCODING).map(HeaderValue::as_bytes);
    offered.is_some_and(|words| words.windows(4).any(|word| word == b"gzip"))
}

pub(crate) fn mark_coded(switches: &Switches, headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.remove(CONTENT_LENGTH);
    if switches.has("vary-no-accept-encoding") {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
}

/// The coding of the body as it leaves the last hop.
pub(crate) fn coding(switches: &Switches, request: &Parts, resource: Resource) -> Coding {
    if resource == Resource::Via && switches.has("proxy-holds") {
        return Coding::held();
    }
    match codes(switches, request, resource) {
        true => Coding::gzip(),
        false => Coding::of(switches),
    }
}
