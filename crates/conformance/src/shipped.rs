//! The cases in the binary: `scenarios/` of the workspace.

macro_rules! shipped {
    ($($file:literal,)*) => {
        /// File name and text of every shipped case.
        pub(crate) const SHIPPED: &[(&str, &str)] = &[
            $((concat!("scenarios/", $file), include_str!(concat!("../../../scenarios/", $file))),)*
        ];
    };
}

shipped! {
    "access/endpoint.yaml",
    "access/expiring.yaml",
    "access/header-split.yaml",
    "access/origin.yaml",
    "access/plain.yaml",
    "access/query-token.yaml",
    "access/stranger.yaml",
    "cors/credentials.yaml",
    "cors/denied.yaml",
    "cors/expose.yaml",
    "cors/foreign.yaml",
    "cors/preflight-authorization.yaml",
    "cors/preflight.yaml",
    "cors/private-network.yaml",
    "cors/redirect.yaml",
    "cors/simple.yaml",
    "framing/corpus.yaml",
    "framing/delivery.yaml",
    "framing/early.yaml",
    "framing/empty.yaml",
    "framing/gzip.yaml",
    "framing/injection-comment.yaml",
    "framing/injection-data-cr.yaml",
    "framing/injection-data-lf.yaml",
    "framing/injection-event.yaml",
    "framing/injection-id.yaml",
    "framing/large.yaml",
    "framing/lines.yaml",
    "framing/pace.yaml",
    "framing/parallel.yaml",
    "framing/stream.yaml",
    "framing/streamed.yaml",
    "framing/types.yaml",
    "framing/unusual.yaml",
    "framing/values.yaml",
    "http/answer.yaml",
    "http/authorization.yaml",
    "http/close.yaml",
    "http/conditional.yaml",
    "http/delimiting.yaml",
    "http/head-clean.yaml",
    "http/http2.yaml",
    "http/limit.yaml",
    "http/methods.yaml",
    "http/negotiation.yaml",
    "http/neighbour.yaml",
    "http/redirect.yaml",
    "http/refused.yaml",
    "http/vary.yaml",
    "http/versions.yaml",
    "last-event-id/across.yaml",
    "last-event-id/cost.yaml",
    "last-event-id/empty-id.yaml",
    "last-event-id/foreign.yaml",
    "last-event-id/header-case.yaml",
    "last-event-id/ids.yaml",
    "last-event-id/newest.yaml",
    "last-event-id/nul.yaml",
    "last-event-id/redirect.yaml",
    "last-event-id/repeat.yaml",
    "last-event-id/replay.yaml",
    "last-event-id/resume.yaml",
    "last-event-id/torn-character.yaml",
    "last-event-id/torn-event.yaml",
    "last-event-id/under-load.yaml",
    "last-event-id/unknown-id.yaml",
    "last-event-id/values.yaml",
    "liveness/idle.yaml",
    "liveness/restart.yaml",
    "liveness/soak.yaml",
    "proxy/coding.yaml",
    "proxy/prompt.yaml",
    "proxy/stream.yaml",
    "reconnect/aborts.yaml",
    "reconnect/again.yaml",
    "reconnect/cleanup-backlog.yaml",
    "reconnect/cleanup.yaml",
    "reconnect/concurrent.yaml",
    "reconnect/job.yaml",
    "reconnect/siblings.yaml",
    "reconnect/slow-reader-memory.yaml",
    "reconnect/slow-reader.yaml",
    "reconnect/stop.yaml",
    "reconnect/work.yaml",
    "retry/field.yaml",
    "retry/obeyed.yaml",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::SHIPPED;

    #[test]
    fn every_file_under_scenarios_is_in_the_binary() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let mut on_disk = BTreeSet::new();
        for family in std::fs::read_dir(root).unwrap() {
            let family = family.unwrap();
            // Load plans and parser vectors are no cases.
            if family.file_name() == "load" || family.file_name() == "parser" {
                continue;
            }
            for file in std::fs::read_dir(family.path()).unwrap() {
                let (family, file) = (family.file_name(), file.unwrap().file_name());
                on_disk.insert(format!("scenarios/{}/{}", family.display(), file.display()));
            }
        }
        let in_binary: BTreeSet<String> =
            SHIPPED.iter().map(|(file, _)| (*file).to_owned()).collect();
        assert_eq!(in_binary, on_disk);
    }
}
