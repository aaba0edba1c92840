//! The cases of a run: shipped or from a directory, checked and selected.

use std::collections::BTreeMap;
use std::path::Path;

use globset::{Glob, GlobMatcher};
use ssecheck_model::case::{Case, Check};
use ssecheck_model::expect::Expect;
use ssecheck_model::suggest::nearest;
use ssecheck_model::{LoadError, Problem};
use ssecheck_parser::LintCode;

use crate::error::SuiteError;
use crate::shipped::SHIPPED;

/// Cases in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// The cases.
    pub cases: Vec<Case>,
}

impl Suite {
    /// The cases in the binary.
    ///
    /// # Errors
    /// Never for a released binary: a test reads them all.
    pub fn shipped() -> Result<Self, SuiteError> {
        let load = |(file, text): &(&str, &str)| Ok(Case::load(file, text)?);
        Self::checked(SHIPPED.iter().map(load).collect::<Result<_, SuiteError>>()?)
    }

    /// All `*.yaml` and `*.yml` files under a directory, or one file.
    ///
    /// # Errors
    /// When a file cannot be read, has a mistake, or repeats an id.
    pub fn from_path(path: &Path) -> Result<Self, SuiteError> {
        let mut files = Vec::new();
        collect(path, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(SuiteError::Empty(path.display().to_string()));
        }
        let load = |file: &std::path::PathBuf| {
            let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
            Ok(Case::load(&file.display().to_string(), &text)?)
        };
        Self::checked(files.iter().map(load).collect::<Result<_, SuiteError>>()?)
    }

    fn checked(cases: Vec<Case>) -> Result<Self, SuiteError> {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for case in &cases {
            unique(case, &case.id, &mut known)?;
            for check in &case.checks {
                lints_exist(case, check)?;
            }
            // A check may have the id of its own case, but not of another one's check.
            for check in case.checks.iter().filter(|check| check.id.value != case.id.value) {
                unique(case, &check.id, &mut known)?;
            }
        }
        Ok(Self { cases })
    }

    /// Only what `only` names (everything when it is empty), without what `skip` names. A glob is
    /// held against case ids and check ids; `*` also matches `/`.
    ///
    /// # Errors
    /// When a pattern is no glob, or matches nothing.
    pub fn select(self, only: &[String], skip: &[String]) -> Result<Self, SuiteError> {
        let only = self.matchers(only)?;
        let skip = self.matchers(skip)?;
        let hit = |set: &[GlobMatcher], case: &Case, check: &Check| {
            set.iter().any(|glob| glob.is_match(&case.id.value) || glob.is_match(&check.id.value))
        };
        let mut cases = self.cases;
        for case in &mut cases {
            let whole = case.clone();
            case.checks.retain(|check| {
                (only.is_empty() || hit(&only, &whole, check)) && !hit(&skip, &whole, check)
            });
        }
        cases.retain(|case| !case.checks.is_empty());
        Ok(Self { cases })
    }

    fn matchers(&self, patterns: &[String]) -> Result<Vec<GlobMatcher>, SuiteError> {
        patterns.iter().map(|pattern| self.matcher(pattern)).collect()
    }

    fn matcher(&self, pattern: &str) -> Result<GlobMatcher, SuiteError> {
        let glob = Glob::new(pattern).map_err(|error| SuiteError::Pattern {
            pattern: pattern.to_owned(),
            reason: error.kind().to_string(),
        })?;
        let matcher = glob.compile_matcher();
        if self.ids().any(|id| matcher.is_match(id)) {
            return Ok(matcher);
        }
        let hint = match nearest(pattern, self.ids()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => "; `ssecheck cases list` shows them all".to_owned(),
        };
        Err(SuiteError::NoMatch { pattern: pattern.to_owned(), hint })
    }

    /// All case and check ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().flat_map(|case| {
            let checks = case.checks.iter().map(|check| check.id.value.as_str());
            std::iter::once(case.id.value.as_str()).chain(checks)
        })
    }

    /// The case with this id.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id.value == id)
    }

    /// How many checks there are.
    pub fn checks(&self) -> usize {
        self.cases.iter().map(|case| case.checks.len()).sum()
    }
}

fn collect(path: &Path, files: &mut Vec<std::path::PathBuf>) -> Result<(), SuiteError> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let path = entry.map_err(|error| unreadable(path, &error))?.path();
        let yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if path.is_dir() || yaml {
            collect(&path, files)?;
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> SuiteError {
    SuiteError::Read { path: path.display().to_string(), reason: error.to_string() }
}

fn unique(
    case: &Case,
    id: &ssecheck_model::placed::Placed<String>,
    known: &mut BTreeMap<String, String>,
) -> Result<(), SuiteError> {
    match known.insert(id.value.clone(), case.file.clone()) {
        None => Ok(()),
        Some(other) => {
            let problem = Problem::new(
                format!("the id `{}` is used in {other} too", id.value),
                "ids are unique over all cases",
            )
            .with_length(id.value.chars().count());
            Err(LoadError::at(&case.file, &case.text, id.line, id.column, problem).into())
        }
    }
}

fn lints_exist(case: &Case, check: &Check) -> Result<(), SuiteError> {
    let Expect::Lints(expect) = &check.expect.value else { return Ok(()) };
    let known = || LintCode::ALL.iter().map(|code| code.as_str());
    let Some(wrong) = expect.none.iter().find(|code| !known().any(|name| name == code.value))
    else {
        return Ok(());
    };
    let cure = match nearest(&wrong.value, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
    };
    let problem = Problem::new(format!("unknown lint `{}`", wrong.value), cure)
        .with_length(wrong.value.chars().count());
    Err(LoadError::at(&case.file, &case.text, wrong.line, wrong.column, problem).into())
}

#[cfg(test)]
#[path = "suite_tests.rs"]
mod tests;
