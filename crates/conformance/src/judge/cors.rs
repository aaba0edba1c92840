//! Rules of the CORS protocol (Fetch 3.3), judged as a browser would.

use ssecheck_model::expect::{CorsExpect, CorsRule};
use ssecheck_transport::Head;

use super::evidence::{field_excerpt, head_excerpt, shown_field};
use super::header::{head, list, members, values};
use super::{Early, Judgement, Violation, stream, trouble};
use crate::perform::Stage;

const ACAO: &str = "access-control-allow-origin";
const ACAC: &str = "access-control-allow-credentials";
const ACAH: &str = "access-control-allow-headers";
const ACEH: &str = "access-control-expose-headers";
const ACAPN: &str = "access-control-allow-private-network";
/// What a page may read of any answer (Fetch, CORS-safelisted response-header names).
const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// The answer under judgement and the origin that was sent.
struct Answer<'s> {
    name: &'s str,
    head: &'s Head,
    origin: &'s str,
    allowed: Vec<String>,
}

impl Answer<'_> {
    fn violation(&self, reason: &'static str, message: impl Into<String>) -> Violation {
        let excerpt = field_excerpt(self.name, self.head, ACAO);
        Violation::new(reason, message)
            .actual(match self.allowed.as_slice() {
                [] => format!("no {ACAO}"),
                found => shown_field(ACAO, found),
            })
            .bytes(excerpt.or_else(|| head_excerpt(self.name, self.head)))
    }

    /// The one value that a browser would compare.
    fn value(&self) -> Option<&str> {
        match self.allowed.as_slice() {
            [one] => Some(one.as_str()),
            _ => None,
        }
    }

    fn credentials(&self) -> Vec<String> {
        values(self.head, ACAC)
    }

    fn with_credentials(&self) -> bool {
        self.credentials() == ["true"]
    }
}

pub(super) fn cors(stage: &Stage<'_>, expect: &CorsExpect) -> Early<Judgement> {
    let name = &expect.of.value;
    let seen = stream(stage, name)?;
    if expect.rule == CorsRule::PreflightOk && seen.head.is_none() {
        let message = format!("the preflight got no answer: {}", trouble(seen));
        return Ok(Violation::new("no-answer", message).actual(trouble(seen)).into());
    }
    if seen.head.is_none() {
        return Ok(Judgement::NothingSeen(format!("`{name}` got no answer")));
    }
    let head = head(stage, name)?;
    let judged = |status| expect.when_status.iter().any(|pattern| pattern.matches(status));
    if !expect.when_status.is_empty() && !judged(head.status) {
        return Ok(Judgement::NothingSeen(format!("the answer has status {}", head.status)));
    }
    let origin = seen.plan.field("origin").unwrap_or_default();
    let answer = Answer { name, head, origin, allowed: values(head, ACAO) };
    Ok(match expect.rule {
        CorsRule::AllowsOrigin => allows_origin(&answer),
        CorsRule::SingleValue => single_value(&answer),
        CorsRule::NoWildcardWithCredentials => no_wildcard_with_credentials(&answer),
        CorsRule::CredentialsValue => credentials_value(&answer),
        CorsRule::AllowsCredentials => allows_credentials(&answer),
        CorsRule::DeniesOrigin => denies_origin(&answer),
        CorsRule::NotReflected => not_reflected(&answer),
        CorsRule::VaryOrigin => vary_origin(&answer),
        CorsRule::PreflightOk => preflight_ok(&answer),
        CorsRule::AllowsHeader => allows_header(&answer, expect.header.as_deref().unwrap_or("")),
        CorsRule::Exposes => exposes(&answer, &stage.subject.expose),
        CorsRule::AllowsPrivateNetwork => allows_private_network(&answer),
    })
}

fn allows_origin(answer: &Answer<'_>) -> Judgement {
    // A list or two lines are judged by `single-value`, for their own reason.
    match answer.allowed.as_slice() {
        [] => answer
            .violation("acao-missing", "a browser would not let the page read this answer")
            .expected(format!("{ACAO}: {}", answer.origin))
            .into(),
        [one] if one != "*" && one != answer.origin && members(one).len() == 1 => answer
            .violation("acao-mismatch", "the allowed origin is not the one that asked")
            .expected(format!("{ACAO}: {}", answer.origin))
            .into(),
        _ => Judgement::Pass,
    }
}

fn single_value(answer: &Answer<'_>) -> Judgement {
    let reason = match answer.allowed.as_slice() {
        [] => return Judgement::NothingSeen(format!("there is no {ACAO}")),
        [one] if members(one).len() <= 1 && !one.trim().contains(' ') => return Judgement::Pass,
        [_] => "acao-malformed",
        _ => "acao-repeated",
    };
    answer.violation(reason, "the field has more than one value").expected("one value").into()
}

fn no_wildcard_with_credentials(answer: &Answer<'_>) -> Judgement {
    match answer.value() {
        None => Judgement::NothingSeen(format!("there is no {ACAO}")),
        Some("*") if answer.with_credentials() => answer
            .violation(
                "wildcard-with-credentials",
                "`*` is not valid for requests with credentials",
            )
            .expected(format!("{ACAO}: {}", answer.origin))
            .into(),
        Some(_) => Judgement::Pass,
    }
}

fn credentials_value(answer: &Answer<'_>) -> Judgement {
    let found = answer.credentials();
    if found.is_empty() {
        return Judgement::NothingSeen(format!("there is no {ACAC}"));
    }
    if answer.with_credentials() {
        return Judgement::Pass;
    }
    Violation::new("acac-not-true", "browsers compare the value with `true`, byte for byte")
        .expected(format!("{ACAC}: true"))
        .actual(shown_field(ACAC, &found))
        .bytes(field_excerpt(answer.name, answer.head, ACAC))
        .into()
}

fn allows_credentials(answer: &Answer<'_>) -> Judgement {
    let early = [allows_origin(answer), no_wildcard_with_credentials(answer)];
    if let Some(early) = early.into_iter().find(|j| matches!(j, Judgement::Violated(_))) {
        return early;
    }
    if !answer.credentials().is_empty() {
        return Judgement::Pass; // its value is judged by `credentials-value`
    }
    Violation::new("acac-missing", "a browser would not let the page read a credentialed answer")
        .expected(format!("{ACAC}: true"))
        .actual(format!("no {ACAC}"))
        .bytes(head_excerpt(answer.name, answer.head))
        .into()
}

fn denies_origin(answer: &Answer<'_>) -> Judgement {
    if !answer.allowed.iter().any(|value| value == "*" || value == answer.origin) {
        return Judgement::Pass;
    }
    answer
        .violation("origin-allowed", format!("{} may read the stream", answer.origin))
        .expected(format!("no {ACAO} for this origin"))
        .into()
}

fn not_reflected(answer: &Answer<'_>) -> Judgement {
    let reflected = answer.allowed.iter().any(|value| value == answer.origin);
    if !(reflected && answer.with_credentials()) {
        return Judgement::Pass;
    }
    let message =
        format!("any page may read the stream as the user: {} was never allowed", answer.origin);
    answer.violation("origin-reflected", message).expected(format!("no {ACAO}, or `*`")).into()
}

fn vary_origin(answer: &Answer<'_>) -> Judgement {
    match answer.value() {
        None | Some("*") => Judgement::NothingSeen("the answer names no origin".to_owned()),
        Some(_) => {
            let vary = list(answer.head, "vary");
            if vary.iter().any(|member| member == "*" || member.eq_ignore_ascii_case("origin")) {
                return Judgement::Pass;
            }
            answer
                .violation(
                    "vary-origin-missing",
                    "the answer names the origin but has no Vary: Origin",
                )
                .expected("vary: origin")
                .actual(shown_field("vary", &vary))
                .into()
        }
    }
}

fn preflight_ok(answer: &Answer<'_>) -> Judgement {
    let status = answer.head.status;
    if (200..300).contains(&status) {
        return Judgement::Pass;
    }
    Violation::new("preflight-refused", format!("the preflight was answered with status {status}"))
        .expected("a status from 200 to 299")
        .actual(format!("status {status}"))
        .bytes(super::evidence::status_line(answer.name, answer.head))
        .into()
}

fn allows_header(answer: &Answer<'_>, wanted: &str) -> Judgement {
    if !(200..300).contains(&answer.head.status) {
        return Judgement::NothingSeen("the preflight was refused".to_owned());
    }
    let found = list(answer.head, ACAH);
    // `*` covers every name but Authorization, and nothing for requests with credentials.
    let wildcard = !wanted.eq_ignore_ascii_case("authorization") && !answer.with_credentials();
    let allows =
        |member: &String| member.eq_ignore_ascii_case(wanted) || (member == "*" && wildcard);
    if found.iter().any(allows) {
        return Judgement::Pass;
    }
    Violation::new("header-not-allowed", format!("a page may not send {wanted}"))
        .expected(format!("{ACAH} with {wanted}"))
        .actual(match found.as_slice() {
            [] => format!("no {ACAH}"),
            found => format!("{ACAH}: {}", found.join(", ")),
        })
        .bytes(field_excerpt(answer.name, answer.head, ACAH))
        .into()
}

fn exposes(answer: &Answer<'_>, wanted: &[String]) -> Judgement {
    let found = list(answer.head, ACEH);
    // `*` means a field of that name to requests with credentials.
    let wildcard = !answer.with_credentials() && found.iter().any(|member| member == "*");
    let readable = |name: &&String| {
        wildcard
            || SAFELISTED.iter().any(|safe| safe.eq_ignore_ascii_case(name))
            || found.iter().any(|member| member.eq_ignore_ascii_case(name))
    };
    let Some(hidden) = wanted.iter().find(|name| !readable(name)) else { return Judgement::Pass };
    Violation::new("header-not-exposed", format!("a page cannot read {hidden}"))
        .expected(format!("{ACEH} with {hidden}"))
        .actual(match found.as_slice() {
            [] => format!("no {ACEH}"),
            found => format!("{ACEH}: {}", found.join(", ")),
        })
        .bytes(field_excerpt(answer.name, answer.head, ACEH))
        .into()
}

fn allows_private_network(answer: &Answer<'_>) -> Judgement {
    let found = values(answer.head, ACAPN);
    if found == ["true"] {
        return Judgement::Pass;
    }
    let message = "a public page may not reach the stream when it is on a private network";
    Violation::new("private-network-not-allowed", message)
        .expected(format!("{ACAPN}: true"))
        .actual(match found.as_slice() {
            [] => format!("no {ACAPN}"),
            found => shown_field(ACAPN, found),
        })
        .into()
}

#[cfg(test)]
#[path = "cors_tests.rs"]
mod tests;
