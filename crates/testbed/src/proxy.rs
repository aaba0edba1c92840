//! The proxy before the hub. A good one changes nothing, so only its faults are here.

use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::body::Coding;
use crate::reply::{Reply, error};
use crate::service::Resource;

/// The bytes that a proxy waits for: a page, as many do.
const BLOCK: usize = 4096;

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

/// The coding of the body as it leaves the last hop; `asked` says whether the client accepts gzip.
pub(crate) fn coding(switches: &Switches, asked: bool, resource: Resource) -> Coding {
    match resource == Resource::Via {
        true if switches.has("proxy-holds") && !asked => Coding::held(BLOCK),
        true if switches.has("proxy-holds-all") && !asked => Coding::held(usize::MAX),
        // It unpacks what the server has packed.
        true if switches.has("proxy-recodes") => Coding::of(switches, false),
        _ => Coding::of(switches, asked),
    }
}
