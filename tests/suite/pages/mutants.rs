//! Each check of a page sees what it is for: pages are broken on purpose, in one place each.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::hands;
use super::keyboard;
use super::paper::print;
use super::studio::{DESKTOP, Made, Studio};
use super::tab::Tab;
use super::{assert_none, axe, findings, looks};

/// A look at a page, which panics over what it finds.
type Look = fn(&Studio, &mut Tab, &Made);

/// What is broken, on which page, and the words of the look that sees it.
struct Mutant {
    page: &'static str,
    from: &'static str,
    to: &'static str,
    look: Look,
    words: &'static str,
}

const fn mutant(
    page: &'static str,
    from: &'static str,
    to: &'static str,
    look: Look,
    words: &'static str,
) -> Mutant {
    Mutant { page, from, to, look, words }
}

const MUTANTS: [Mutant; 38] = [
    mutant("run", "--dim: #57606a", "--dim: #9aa4af", on_a_desk, "contrast"),
    mutant("run", "--dim: #9aa4af", "--dim: #57606a", on_a_desk, "dark, closed: contrast"),
    mutant(
        "load",
        ".plot text { fill: var(--dim)",
        ".plot text { fill: var(--line)",
        on_a_desk,
        "contrast",
    ),
    mutant("load", "--line-0: #0550ae", "--line-0: #d0d7de", on_a_desk, "of a drawing"),
    mutant("run", "<h1>", "<h1 style='width: 1400px'>", looks, "layout: the page is"),
    mutant(
        "run",
        "<h1>",
        "<h1 style='width: 4rem; white-space: nowrap'>",
        on_a_desk,
        "leaves its box header.top h1",
    ),
    mutant(
        "load",
        "<text class=\"y\" x=\"",
        "<text class=\"y\" x=\"-",
        on_a_desk,
        "leaves its box",
    ),
    mutant(
        "load",
        "<text text-anchor=\"middle\" x=\"",
        "<text text-anchor=\"middle\" x=\"9",
        on_a_desk,
        "layout",
    ),
    mutant("run", "tabindex=\"0\"", "", looks, "scrolls, but not by keyboard"),
    mutant(
        "run",
        "<main>",
        "<main><a href='http://example.com'>x</a>",
        on_a_desk,
        "leads to http://example.com",
    ),
    mutant(
        "run",
        "<main>",
        "<main><a href='javascript:0'>x</a>",
        on_a_desk,
        "leads to javascript:0",
    ),
    mutant("run", "<main>", "<main><a href='#nowhere'>x</a>", on_a_desk, "leads to #nowhere"),
    mutant("run", "<main>", "<main><p id=tools></p>", on_a_desk, "two elements are #tools"),
    mutant(
        "run",
        "<main>",
        "<main><p><i>\u{5d0}</i> 1 <i>\u{5d1}</i></p>",
        on_a_desk,
        "stands before",
    ),
    mutant(
        "run",
        "\"use strict\";",
        "\"use strict\"; console.error('oh');",
        on_a_desk,
        "console.error",
    ),
    mutant(
        "run",
        "\"use strict\";",
        "\"use strict\"; console.warn('oh');",
        on_a_desk,
        "console.warning",
    ),
    mutant("run", "\"use strict\";", "\"use strict\"; nonsense();", on_a_desk, "exception"),
    mutant("run", "<main>", "<main><script>alert(1)</script>", on_a_desk, "dialogue: \"1\""),
    mutant("run", "<main>", "<main><img alt='' src='x.png'>", on_a_desk, "log: "),
    mutant(
        "run",
        "</main>",
        "<a href='#none' ping='http://example.com'>x</a></main>",
        on_a_desk,
        "leads to",
    ),
    mutant(
        "run",
        "setAttribute(\"aria-label\", label)",
        "setAttribute(\"class\", label)",
        axe::look,
        "select-name",
    ),
    mutant("run", "<html lang=\"en\">", "<html>", axe::look, "html-has-lang"),
    mutant("run", "<h2 id=\"families\">", "<h5 id=\"families\">", axe::look, "heading-order"),
    mutant("run", "hidden.has(check.dataset.outcome)", "false", hands::filters, "filter without"),
    mutant(
        "run",
        "value !== check.dataset.level",
        "value === check.dataset.level",
        hands::search,
        "level",
    ),
    mutant("run", "words.every(", "words.some(", hands::search, "level"),
    mutant(
        "run",
        "a.dataset.rank - b.dataset.rank",
        "b.dataset.rank - a.dataset.rank",
        hands::order,
        "worst first",
    ),
    mutant("run", "node.open = true", "node.open = false", hands::links, "opened by"),
    mutant("matrix", "node.open = true", "node.open = false", hands::cells, "does not lead"),
    mutant("load", ".plot.zoomed { grid-column: 1 / -1; }", "", hands::zoom, "zoom from"),
    mutant(
        "run",
        ":focus-visible { outline: 2px",
        ":focus-visible { outline: 0px",
        keyboard::focus,
        "no visible focus",
    ),
    mutant(
        "run",
        "</main>",
        "<a tabindex=5 href='#tools'>x</a></main>",
        keyboard::focus,
        "the focus at",
    ),
    mutant(
        "run",
        "<p id=\"none\" hidden>",
        "<p id=\"none\">",
        keyboard::scriptless,
        "without scripts",
    ),
    mutant(
        "run",
        "content-visibility: visible",
        "content-visibility: hidden",
        print,
        "not on paper",
    ),
    mutant(
        "load",
        ".plot text { fill",
        ".plot text { font-size: 6px !important; fill",
        on_a_desk,
        "px high",
    ),
    mutant("run", "#tools { position: static; }", "", hands::links, "not on view at 390 px"),
    mutant(
        "run",
        "<h1>",
        "<h1 style='width: 9rem; overflow: hidden; white-space: nowrap'>",
        print,
        " px of ",
    ),
    mutant(
        "run",
        "screen and (prefers-color-scheme: dark)",
        "(prefers-color-scheme: dark)",
        print,
        "the paper is",
    ),
];

/// As [`looks`], at one width.
fn on_a_desk(_: &Studio, tab: &mut Tab, page: &Made) {
    let mut found = findings(tab, page, DESKTOP);
    found.extend(tab.complaints());
    assert_none(&found);
}

/// What the look says of the page; `None` when it finds nothing wrong.
fn complaint(look: Look, studio: &Studio, page: &Made) -> Option<String> {
    let mut tab = studio.tab();
    let seen = catch_unwind(AssertUnwindSafe(|| look(studio, &mut tab, page)));
    let panic = seen.err()?;
    let text = panic.downcast_ref::<String>().cloned();
    Some(
        text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()))
            .unwrap_or_default(),
    )
}

/// The page with what is wrong with it.
fn broken(studio: &Studio, number: usize, mutant: &Mutant) -> Made {
    let page = studio.folder.read(&format!("{}.html", mutant.page));
    assert!(page.contains(mutant.from), "{}: no {:?} to break", mutant.page, mutant.from);
    let page = page.replace(mutant.from, mutant.to);
    Made { name: mutant.page, path: studio.folder.file(&format!("mutant-{number}.html"), &page) }
}

#[test]
fn a_page_that_is_broken_on_purpose_is_seen_to_be() {
    let Some(studio) = Studio::shared() else { return };
    let axe = axe::axe().is_some();
    let mut blind = Vec::new();
    for (number, mutant) in MUTANTS.iter().enumerate() {
        let is_axe = std::ptr::fn_addr_eq(mutant.look, axe::look as Look);
        if is_axe && !axe {
            continue;
        }
        let page = broken(&studio, number, mutant);
        let said = complaint(mutant.look, &studio, &page).unwrap_or_default();
        if !said.contains(mutant.words) {
            blind.push(format!("{:?} for {:?}: {said:.300}", mutant.to, mutant.from));
        }
    }
    assert_none(&blind);
}
