use super::*;

/// The chance that the runs of B come to at least, and at most, their sum of ranks: by dealing all
/// values out in every way.
fn naive(a: &[f64], b: &[f64]) -> (f64, f64) {
    let all = [b, a].concat();
    let wins = |b: &[f64], a: &[f64]| -> f64 {
        let pair = |b: &f64, a: &f64| match b.total_cmp(a) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
        b.iter().flat_map(|b| a.iter().map(move |a| pair(b, a))).sum()
    };
    let seen = wins(b, a);
    let (mut ways, mut higher, mut lower) = (0.0, 0.0, 0.0);
    for mask in 0u32..1 << all.len() {
        if mask.count_ones() as usize != b.len() {
            continue;
        }
        let (chosen, rest): (Vec<_>, Vec<_>) =
            all.iter().enumerate().partition(|(n, _)| mask & (1 << n) != 0);
        let values = |side: Vec<(usize, &f64)>| side.into_iter().map(|(_, it)| *it).collect();
        let (chosen, rest): (Vec<f64>, Vec<f64>) = (values(chosen), values(rest));
        ways += 1.0;
        higher += f64::from(u8::from(wins(&chosen, &rest) >= seen));
        lower += f64::from(u8::from(wins(&chosen, &rest) <= seen));
    }
    (higher / ways, lower / ways)
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

/// All lists of `length` values from 0 to 2: with ties of every kind.
fn lists(length: usize) -> Vec<Vec<f64>> {
    let count = 3usize.pow(u32::try_from(length).unwrap());
    let digits = |n: usize| (0..length).map(move |at| (n / 3usize.pow(at as u32) % 3) as f64);
    (0..count).map(|n| digits(n).collect()).collect()
}

#[test]
fn the_exact_chance_is_that_of_dealing_out_in_every_way() {
    let mut tried = 0;
    for (of_a, of_b) in [(1, 1), (1, 3), (2, 2), (3, 2), (3, 3), (2, 4)] {
        for a in lists(of_a) {
            for b in lists(of_b) {
                let (one, other) = (chance(&a, &b), naive(&a, &b));
                assert!(is_near(one.0, other.0) && is_near(one.1, other.1), "{a:?} {b:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn a_textbook_example_comes_out_as_other_programs_say() {
    // Permeability of the chorioamnion, Hollander and Wolfe, Nonparametric Statistical Methods:
    // W = 35 of 50, one-sided exact p = 0.1272.
    let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    let early = [1.15, 0.88, 0.90, 0.74, 1.21];
    let (higher, _) = chance(&early, &term);
    assert!((higher - 0.1272).abs() < 5e-5, "{higher}");
}

#[test]
fn three_against_three_come_to_one_in_twenty_at_best() {
    let (higher, lower) = chance(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]);
    assert!(is_near(higher, 0.05) && is_near(lower, 1.0), "{higher} {lower}");
    assert!(is_near(least_chance(3, 3), 0.05));
    assert!(is_near(least_chance(2, 2), 1.0 / 6.0));
    assert!(is_near(least_chance(1, 1), 0.5));
    assert!(is_near(least_chance(5, 5), 1.0 / 252.0));
}

#[test]
fn equal_values_prove_nothing() {
    assert_eq!(chance(&[7.0; 5], &[7.0; 5]), (1.0, 1.0));
}

#[test]
fn the_largest_number_of_runs_has_an_exact_chance() {
    let a: Vec<f64> = (0..20).map(f64::from).collect();
    let b: Vec<f64> = a.iter().map(|value| value + 0.5).collect();
    let (higher, lower) = chance(&a, &b);
    assert!(higher > 0.38 && higher < 0.42 && lower > 0.59 && lower < 0.63, "{higher} {lower}");
    let apart: Vec<f64> = a.iter().map(|value| value + 100.0).collect();
    assert!(chance(&a, &apart).0 < 1e-10);
}

#[test]
fn the_counts_of_pairs_are_those_of_dealing_out_in_every_way() {
    // 20 ways for 3 and 3: 1 1 2 3 3 3 3 2 1 1.
    let ways: Vec<f64> = Ways::of(3, 3).0.iter().map(|share| (share * 20.0).round()).collect();
    assert_eq!(ways, [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 2.0, 1.0, 1.0]);
    assert!(is_near(Ways::of(4, 7).0.iter().sum(), 1.0));
}

#[test]
fn the_interval_of_a_median_says_how_sure_it_is() {
    let of = |values: &[f64]| sample(values).unwrap();
    let one = of(&[5.0]);
    assert_eq!((one.low, one.median, one.high, one.confidence), (5.0, 5.0, 5.0, 0.0));
    let three = of(&[9.0, 1.0, 5.0]);
    assert_eq!((three.low, three.median, three.high, three.confidence), (1.0, 5.0, 9.0, 0.75));
    assert_eq!(of(&[1.0, 2.0]).median, 1.5);
    // Of ten values, the second from each end still holds 97.9 %; the third would hold 89.1 %.
    let ten = of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
    assert_eq!((ten.low, ten.median, ten.high), (2.0, 5.5, 9.0));
    assert!((ten.confidence - 0.978_5).abs() < 1e-3, "{}", ten.confidence);
    assert!(sample(&[]).is_none());
}

#[test]
fn the_interval_of_a_difference_says_how_sure_it_is() {
    let between = |a: &[f64], b: &[f64]| change(&sample(a).unwrap(), &sample(b).unwrap()).unwrap();
    let one = between(&[10.0], &[15.0]);
    assert_eq!((one.difference, one.low, one.high, one.confidence), (5.0, 5.0, 5.0, 0.0));
    assert_eq!(one.share, Some(0.5));
    let three = between(&[1.0, 2.0, 3.0], &[11.0, 12.0, 16.0]);
    assert_eq!((three.difference, three.low, three.high), (10.0, 8.0, 15.0));
    assert!(is_near(three.confidence, 0.9));
    assert_eq!(between(&[0.0], &[4.0]).share, None, "of nothing there is no share");
    let six: Vec<f64> = (0..6).map(f64::from).collect();
    let many = between(&six, &six);
    assert!(many.confidence >= 0.95 && many.low > -5.0 && many.high < 5.0, "{many:?}");
}

/// Numbers that only look random, the same at every call.
fn dice(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn intervals_hold_the_true_value_as_often_as_they_say() {
    let mut state = 7;
    for runs in [3, 5, 8] {
        let (mut of_median, mut of_difference) = (0.0, 0.0);
        let (mut sure_median, mut sure_difference) = (0.0, 0.0);
        let times = 1_000;
        for _ in 0..times {
            // A long tail: the median is 1, and both sides are the same.
            let mut side =
                || -> Vec<f64> { (0..runs).map(|_| -dice(&mut state).ln() / 2f64.ln()).collect() };
            let (a, b) = (sample(&side()).unwrap(), sample(&side()).unwrap());
            let between = change(&a, &b).unwrap();
            of_median += f64::from(u8::from(a.low <= 1.0 && 1.0 <= a.high)) / f64::from(times);
            let holds = between.low <= 0.0 && 0.0 <= between.high;
            of_difference += f64::from(u8::from(holds)) / f64::from(times);
            (sure_median, sure_difference) = (a.confidence, between.confidence);
        }
        assert!(of_median > sure_median - 0.04, "{runs}: {of_median} for {sure_median}");
        assert!(of_median < sure_median + 0.04, "{runs}: {of_median} for {sure_median}");
        assert!(of_difference > sure_difference - 0.04, "{runs}: {of_difference}");
    }
}

#[test]
fn chance_calls_equals_different_as_rarely_as_promised() {
    let mut state = 11;
    for runs in [3, 5] {
        let times = 2_000;
        let rare = (0..times).filter(|_| {
            let mut side = || -> Vec<f64> { (0..runs).map(|_| dice(&mut state)).collect() };
            chance(&side(), &side()).0 <= 0.05 + 1e-9
        });
        let share = rare.count() as f64 / f64::from(times);
        assert!(share <= 0.065, "{runs}: {share}");
    }
}
