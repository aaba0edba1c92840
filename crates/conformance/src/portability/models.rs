//! The habits, and real clients that have or had them.

use super::client::{Habit, Lines};

/// One habit of real clients.
pub(super) struct Model {
    pub name: &'static str,
    /// What such a client does, in one sentence.
    pub says: &'static str,
    /// Examples: a package with the version that was measured, or the thread where it was told.
    pub clients: &'static [&'static str],
    pub habit: Habit,
}

const EXACT: Habit = Habit::EXACT;

pub(super) const MODELS: [Model; 13] = [
    Model {
        name: "lf-only",
        says: "a lone CR ends no line",
        clients: &[
            "eventsource-stream 0.2.3 (Rust)",
            "eventsource-parser 3.0.6 (npm)",
            "aiohttp-sse-client 0.2.1 (Python)",
        ],
        habit: Habit { lines: Lines::Lf, ..EXACT },
    },
    Model {
        name: "lf-lf-split",
        says: "the text is split at LF LF, so that events after CR LF CR LF are never seen",
        clients: &["praxis-proxy/praxis#739", "ag-ui-protocol/ag-ui#2439", "a common tutorial"],
        habit: Habit { lines: Lines::LfLf, ..EXACT },
    },
    Model {
        name: "crlf-across-pieces",
        says: "CR at the end of one piece and LF at the start of the next are two line ends",
        clients: &[
            "eventsource-parser 1.1.2 (npm)",
            "requests-sse 0.5.3 (Python)",
            "Effect-TS/effect#6954",
        ],
        habit: Habit { forgets_cr: true, ..EXACT },
    },
    Model {
        name: "unicode-line-breaks",
        says: "VT, FF, U+001C to U+001E, U+0085, U+2028 and U+2029 end lines too",
        clients: &[
            "sseclient 0.0.27 (Python)",
            "@server-sent-stream/parser 1.0.4 (npm)",
            "florimondmanca/httpx-sse#34",
        ],
        habit: Habit { lines: Lines::Unicode, ..EXACT },
    },
    Model {
        name: "space-needed",
        says: "a field counts only with a space after its colon",
        clients: &["praxis-proxy/praxis#739", "peterhellberg/sseclient#1"],
        habit: Habit { needs_space: true, ..EXACT },
    },
    Model {
        name: "trims-values",
        says: "white space at both ends of a value is dropped",
        clients: &[
            "bigskysoftware/htmx#3588",
            "spring-projects/spring-framework#27473",
            "mpetazzoni/sse.js#48",
        ],
        habit: Habit { trims: true, ..EXACT },
    },
    Model {
        name: "names-in-any-case",
        says: "field names count in any case",
        clients: &["Ahoo-Wang/fetcher#1231"],
        habit: Habit { any_case: true, ..EXACT },
    },
    Model {
        name: "dispatches-at-end",
        says: "the end of the stream dispatches a block that no empty line has ended",
        clients: &["sse.js 2.8.0 (npm)", "openai 7.55.0 (npm)", "sseclient-py 1.9.0 (Python)"],
        habit: Habit { dispatches_at_end: true, ..EXACT },
    },
    Model {
        name: "utf8-by-piece",
        says: "each piece is decoded alone, so that a character cut in two is lost",
        clients: &["BoundaryML/baml#3215", "praxis-proxy/praxis#739"],
        habit: Habit { decodes_pieces: true, ..EXACT },
    },
    Model {
        name: "event-by-piece",
        says: "each piece is parsed alone, so that an event cut in two is lost",
        clients: &["graniet/llm#90", "quarkusio/quarkus#37625", "anomalyco/opencode#45040"],
        habit: Habit { parses_pieces: true, ..EXACT },
    },
    Model {
        name: "keeps-bom",
        says: "a byte order mark at the start is part of the first field name",
        clients: &["httpx-sse 0.4.3 (Python)", "openai 3.52.0 (Python)", "eventsource 2.0.2 (npm)"],
        habit: Habit { keeps_bom: true, ..EXACT },
    },
    Model {
        name: "line-of-64-kib",
        says: "a line of more than 64 KiB ends the stream without a word",
        clients: &["openai/openai-go#368", "r3labs/sse#97", "mark3labs/mcp-go#61"],
        habit: Habit { longest_line: 64 * 1024, ..EXACT },
    },
    Model {
        name: "forgets-id",
        says: "an event without an id has none, and the last one is forgotten",
        clients: &[
            "eventsource 3.0.7 (npm)",
            "fetch-event-stream 0.1.6 (npm)",
            "EventSource/eventsource#358",
        ],
        habit: Habit { forgets_id: true, ..EXACT },
    },
];
