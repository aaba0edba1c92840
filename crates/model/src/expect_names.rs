//! What an expectation relies on, and whether it judges bytes alone.

use crate::expect::Expect;
use crate::step::Name;

impl Expect {
    /// Whether it judges bytes alone: then a second try could only hide what was seen.
    pub fn judges_bytes(&self) -> bool {
        matches!(
            self,
            Self::ContentType(_)
                | Self::Charset(_)
                | Self::Header(_)
                | Self::Wire(_)
                | Self::Lints(_)
                | Self::Events(_)
                | Self::Delivered(_)
                | Self::NoInjection(_)
                | Self::Intact(_)
                | Self::EmptyOpening(_)
                | Self::Ids(_)
                | Self::Retry(_)
                | Self::Cors(_)
                | Self::Private(_)
                | Self::Refused(_)
                | Self::NotStream(_)
                | Self::Vary(_)
                | Self::SameCoding(_)
                | Self::KeepsQuery(_)
                | Self::EndpointOrigin(_)
        )
    }

    /// The names of connections, publications and waits that it relies on.
    pub fn names(&self) -> Vec<&Name> {
        match self {
            Self::Status(e) => {
                std::iter::once(&e.of).chain(&e.same_as).chain(&e.once_ended).collect()
            }
            Self::Header(e) => vec![&e.of],
            Self::Wire(e) => vec![&e.of],
            Self::Lints(e) => std::iter::once(&e.of).chain(&e.publication).collect(),
            Self::Events(e) => vec![&e.of],
            Self::Cors(e) => vec![&e.of],
            Self::Delivered(e) => vec![&e.publication, &e.on],
            Self::NoInjection(e) => vec![&e.publication, &e.on],
            Self::Receipt(e) => vec![&e.publication, &e.on],
            Self::Prompt(e) => {
                [&e.publication, &e.on].into_iter().chain(&e.unless_late_on).collect()
            }
            Self::Intact(e) => vec![&e.publication, &e.on, &e.alone],
            Self::Heartbeat(e) => std::iter::once(&e.of).chain(&e.unless_silent_on).collect(),
            Self::Paced(e) | Self::Private(e) | Self::SlowReader(e) => {
                vec![&e.publication, &e.on]
            }
            Self::DropTold(e) => vec![&e.publication, &e.on, &e.witness],
            Self::Followed(e) => vec![&e.of],
            Self::Signalled(e) => std::iter::once(&e.of).chain(&e.known).collect(),
            Self::RetryVaries(e) | Self::Ended(e) | Self::Streamed(e) => e.of.iter().collect(),
            Self::Vary(e) => e.of.iter().collect(),
            Self::SameEvents(e) | Self::SameCoding(e) | Self::SameType(e) => e.of.iter().collect(),
            Self::HeadAtOnce(e) => std::iter::once(&e.of).chain(&e.unless_withheld_on).collect(),
            Self::Refused(e) => {
                [&e.of].into_iter().chain(&e.unless_refused).chain(&e.only_if_refused).collect()
            }
            Self::Resumption(e) => {
                let others = e.reference.iter().chain(&e.unless_wrong_on);
                [&e.from, &e.to].into_iter().chain(others).collect()
            }
            Self::Ids(e) => e.of.iter().collect(),
            Self::Answered(e)
            | Self::ContentType(e)
            | Self::Charset(e)
            | Self::Redirects(e)
            | Self::Retry(e)
            | Self::Quiet(e)
            | Self::Open(e)
            | Self::Waited(e)
            | Self::Early(e)
            | Self::IdleEvents(e)
            | Self::EmptyOpening(e)
            | Self::Cost(e)
            | Self::Restarted(e)
            | Self::Closed(e)
            | Self::Unsplit(e)
            | Self::NotInClear(e)
            | Self::Welcomed(e)
            | Self::NotStream(e)
            | Self::KeepsQuery(e)
            | Self::EndpointOrigin(e)
            | Self::Alive(e) => vec![&e.of],
        }
    }
}
