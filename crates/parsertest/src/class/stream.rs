//! The end of the stream, its encoding, its length.

use super::Class;
use ssecheck_model::parser::{Aspect, ClassLevel};

pub(super) const ALL: &[Class] = &[
    Class {
        code: "eof.incomplete",
        level: ClassLevel::Core,
        rule: "An event whose blank line is missing at the end of the stream is dropped.",
        source: "HTML 9.2.6",
        catalogue: &["P12", "P13", "P52"],
        shows: &[Aspect::Events],
        mend: "Forget what was collected when the stream ends.",
    },
    Class {
        code: "eof.partial-line",
        level: ClassLevel::Core,
        rule: "A line without its end at the end of the stream is dropped, and with it its block.",
        source: "HTML 9.2.6",
        catalogue: &["P12", "P40", "P52"],
        shows: &[Aspect::Events, Aspect::FinalId, Aspect::Retry],
        mend: "Forget the unfinished line when the stream ends; do not read it as if it had an \
            end.",
    },
    Class {
        code: "utf8.invalid",
        level: ClassLevel::Core,
        rule: "Bytes that are not UTF-8 become U+FFFD and harm nothing else.",
        source: "HTML 9.2.6",
        catalogue: &["P42"],
        shows: &[Aspect::Events, Aspect::Error],
        mend: "Decode with replacement instead of failing.",
    },
    Class {
        code: "utf8.counts",
        level: ClassLevel::Core,
        rule: "Each longest beginning of a character that is cut short becomes one U+FFFD, every \
            other stray byte one of its own.",
        source: "HTML 9.2.6",
        catalogue: &["P42"],
        shows: &[Aspect::Events, Aspect::Error],
        mend: "Use a decoder that follows the Encoding Standard.",
    },
    Class {
        code: "utf8.comment",
        level: ClassLevel::Core,
        rule: "Bytes that are not UTF-8 do no harm in a comment.",
        source: "HTML 9.2.6",
        catalogue: &["P27", "P42"],
        shows: &[Aspect::Events, Aspect::Error],
        mend: "Decode with replacement, or skip comments undecoded.",
    },
    Class {
        code: "utf8.split",
        level: ClassLevel::Core,
        rule: "A character may come in several chunks.",
        source: "HTML 9.2.6",
        catalogue: &["P43", "K4"],
        shows: &[Aspect::Events, Aspect::Error],
        mend: "Decode whole lines, or keep the unfinished character until the next chunk.",
    },
    Class {
        code: "lifecycle.seed",
        level: ClassLevel::Browser,
        rule: "A parser that starts with a last event ID keeps it until an `id` field changes it.",
        source: "HTML 9.2.6",
        catalogue: &["P49"],
        shows: &[Aspect::Id, Aspect::FinalId],
        mend: "Start the last event ID with that of the broken connection.",
    },
    Class {
        code: "limit.line",
        level: ClassLevel::Advisory,
        rule: "A line or event of 64 kB is read like a short one.",
        source: "HTML 9.2.6",
        catalogue: &["P45", "K15"],
        shows: &[Aspect::Events, Aspect::Error],
        mend: "Raise the limit of the line reader, and report an error where it is exceeded.",
    },
    Class {
        code: "time.linear",
        level: ClassLevel::Advisory,
        rule: "Time grows in proportion to the length of the stream, however it is cut.",
        source: "HTML 9.2.6",
        catalogue: &["P45", "P47", "K18"],
        shows: &[Aspect::Time],
        mend: "Search each byte once; do not join or scan again what was kept from earlier chunks.",
    },
];
