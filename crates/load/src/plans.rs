//! The shipped plans.

/// A shipped plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippedPlan {
    /// Its name, as `churn`.
    pub name: &'static str,
    /// Its file in the source tree.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! plans {
    ($($name:literal),* $(,)?) => {
        &[$(ShippedPlan {
            name: $name,
            file: concat!("scenarios/load/", $name, ".yaml"),
            text: include_str!(concat!("../../../scenarios/load/", $name, ".yaml")),
        }),*]
    };
}

/// All of them.
pub const ALL: &[ShippedPlan] = plans![
    "burst",
    "capacity",
    "churn",
    "constant",
    "llm-stream",
    "poisson",
    "ramp",
    "server-events",
    "slow-readers",
    "spike",
    "steps",
    "storm",
    "topics",
];

/// The plan with that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ShippedPlan> {
    ALL.iter().find(|plan| plan.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_of_the_source_tree_is_shipped() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/load");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
            .collect();
        there.sort();
        let shipped: Vec<&str> = ALL.iter().map(|plan| plan.name).collect();
        assert_eq!(there, shipped);
    }
}
