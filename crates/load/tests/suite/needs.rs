//! What a run needs is compared with what the machine has, and a lack comes with its cure.

use std::net::{IpAddr, SocketAddr};

use ssecheck_load::needs::{Demand, Descriptors, Machine, check, foreign_note, sources};
use ssecheck_model::load::Need;

const GIB: u64 = 1 << 30;

fn machine() -> Machine {
    Machine {
        descriptors: Some(Descriptors { soft: 20_000, hard: 20_000 }),
        ports: Some((32_768, 60_999)),
        time_wait: Some(0),
        memory_available: Some(4 * GIB),
    }
}

fn demand(connections: u64) -> Demand {
    Demand {
        connections,
        publish_connections: 10,
        peer: Some(peer("10.0.0.1:80")),
        processes: 1,
        ..Demand::default()
    }
}

fn peer(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn need(name: &str, demand: &Demand, machine: &Machine) -> Need {
    check(demand, machine).into_iter().find(|need| need.name == name).unwrap()
}

#[test]
fn a_small_run_is_short_of_nothing() {
    let needs = check(&demand(1_000), &machine());
    let names: Vec<&str> = needs.iter().map(|need| need.name.as_str()).collect();
    assert_eq!(names, ["descriptors", "ports", "memory"]);
    assert!(needs.iter().all(|need| !need.short), "{needs:?}");
    assert!(needs.iter().all(|need| !need.message.contains('`')), "no cure: {needs:?}");
}

#[test]
fn what_cannot_be_known_is_not_short() {
    let needs = check(&demand(1_000_000), &Machine::default());
    assert!(needs.iter().all(|need| !need.short && need.available.is_none()), "{needs:?}");
}

#[test]
fn descriptors_are_short_from_one_too_many() {
    let enough = need("descriptors", &demand(19_940), &machine());
    assert_eq!((enough.needed, enough.available, enough.short), (20_000, Some(20_000), false));
    let short = need("descriptors", &demand(19_941), &machine());
    assert!(short.short);
    assert!(short.message.contains("`--processes 2`"), "{}", short.message);
    assert!(short.message.contains("`ulimit -n 20001`"), "{}", short.message);
}

#[test]
fn a_limit_that_can_be_raised_needs_no_more_processes() {
    let descriptors = Some(Descriptors { soft: 1_024, hard: 1_048_576 });
    let need = need("descriptors", &demand(5_000), &Machine { descriptors, ..machine() });
    assert!(need.short);
    assert!(need.message.ends_with(": `ulimit -n 5060`"), "{}", need.message);
}

#[test]
fn processes_are_advised_for_the_subscribers_of_all_processes() {
    let two = Demand { processes: 2, ..demand(38_000) };
    let need = need("descriptors", &two, &machine());
    // 76,000 subscribers at 19,940 a process.
    assert!(need.message.contains("`--processes 4`"), "{}", need.message);
    let four = Demand { processes: 4, ..demand(19_000) };
    assert!(!check(&four, &machine())[0].short);
}

#[test]
fn a_limit_below_the_fixed_part_advises_no_number_of_processes() {
    let descriptors = Some(Descriptors { soft: 40, hard: 40 });
    let need = need("descriptors", &demand(5), &Machine { descriptors, ..machine() });
    assert!(need.short && !need.message.contains("--processes"), "{}", need.message);
}

#[test]
fn ports_are_counted_for_each_source_address() {
    let one = demand(28_223);
    let need = |demand: &Demand| need("ports", demand, &machine());
    assert!(need(&one).short);
    assert_eq!((need(&one).needed, need(&one).available), (28_233, Some(28_232)));
    assert!(!need(&demand(28_222)).short);
    let sources = vec!["10.0.0.2".parse().unwrap(), "10.0.0.3".parse().unwrap()];
    assert!(!need(&Demand { sources, ..one }).short);
}

#[test]
fn ports_of_all_processes_come_from_the_same_addresses() {
    let four = Demand { processes: 4, ..demand(19_000) };
    let need = need("ports", &four, &machine());
    assert!(need.short);
    assert_eq!(need.needed, 76_040);
    assert!(need.message.contains("give 3 source addresses (`--source-ip`"), "{}", need.message);
    assert!(!need.message.contains("sysctl"), "a wider range is not enough: {}", need.message);
}

#[test]
fn a_wider_port_range_is_advised_where_it_is_enough() {
    let need = need("ports", &demand(40_000), &machine());
    let command = "`sysctl -w net.ipv4.ip_local_port_range=\"10000 65535\"`";
    assert!(need.short && need.message.contains(command), "{}", need.message);
}

#[test]
fn time_wait_is_told_but_does_not_keep_a_run_from_beginning() {
    let waiting = Machine { time_wait: Some(20_000), ..machine() };
    let scarce = need("ports", &demand(10_000), &waiting);
    assert_eq!((scarce.short, scarce.available), (false, Some(8_232)));
    assert!(scarce.message.contains("wait a minute for TIME_WAIT"), "{}", scarce.message);
    let enough = need("ports", &demand(8_222), &waiting);
    assert_eq!(enough.needed, 8_232);
    assert!(!enough.message.contains("wait a minute"), "{}", enough.message);
}

#[test]
fn reconnects_leave_ports_waiting_for_a_minute_at_most() {
    let churn = |seconds| Demand { reconnects_per_second: 100.0, seconds, ..demand(1_000) };
    let needed = |seconds| need("ports", &churn(seconds), &machine()).needed;
    assert_eq!(needed(10.0), 1_010 + 1_000);
    assert_eq!(needed(60.0), 1_010 + 6_000);
    assert_eq!(needed(600.0), 1_010 + 6_000);
}

#[test]
fn memory_counts_tls_and_both_ends_of_loopback() {
    let needed = |demand: &Demand| need("memory", demand, &machine()).needed / 1_010;
    let kib = |count: u64| count * 1024;
    assert_eq!(needed(&demand(1_000)), kib(2 + 5));
    assert_eq!(needed(&Demand { tls: true, ..demand(1_000) }), kib(14 + 5));
    for loopback in ["127.0.0.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        let own = Demand { peer: Some(peer(loopback)), ..demand(1_000) };
        assert_eq!(needed(&own), kib(2 + 10), "{loopback}");
    }
}

#[test]
fn a_lack_of_memory_says_how_many_would_fit() {
    let small = Machine { memory_available: Some(7 * 1024 * 500), ..machine() };
    let lack = need("memory", &demand(1_000), &small);
    assert!(lack.short && lack.message.contains("at most 500 connections"), "{}", lack.message);
    assert!(!need("memory", &demand(490), &small).short);
}

#[test]
fn absurd_demands_do_not_overflow() {
    let absurd = Demand {
        connections: u64::MAX,
        publish_connections: u64::MAX,
        processes: u32::MAX,
        reconnects_per_second: f64::INFINITY,
        seconds: f64::INFINITY,
        ..demand(0)
    };
    assert!(check(&absurd, &machine()).iter().all(|need| need.short));
}

#[cfg(target_os = "linux")]
#[test]
fn loopback_gets_one_source_address_for_each_10_000_connections() {
    let sources = |connections| sources(peer("127.0.0.1:80"), connections);
    assert_eq!(sources(1), ["127.0.0.2".parse::<IpAddr>().unwrap()]);
    assert_eq!(sources(10_000).len(), 1);
    assert_eq!(sources(10_001).len(), 2);
    assert_eq!(sources(76_000).last(), Some(&"127.0.0.9".parse().unwrap()));
    assert_eq!(sources(u64::MAX).last(), Some(&"127.0.0.251".parse().unwrap()));
}

#[test]
fn other_peers_leave_the_source_address_to_the_kernel() {
    for other in ["10.0.0.1:80", "[::1]:80"] {
        assert_eq!(sources(peer(other), 100_000), Vec::<IpAddr>::new(), "{other}");
    }
}

#[test]
fn only_public_addresses_ask_whether_one_may() {
    let own = [
        "127.9.9.9:1",
        "10.1.1.1:1",
        "172.31.0.1:1",
        "192.168.0.1:1",
        "169.254.1.1:1",
        "0.0.0.0:1",
        "[::1]:1",
        "[fd00::1]:1",
        "[fe80::1]:1",
        "[::ffff:10.0.0.1]:1",
    ];
    for own in own {
        assert_eq!(foreign_note(peer(own)), None, "{own}");
    }
    for foreign in ["172.32.0.1:1", "8.8.8.8:1", "[2001:db8::1]:1", "[::ffff:8.8.8.8]:1"] {
        let note = foreign_note(peer(foreign)).unwrap();
        assert!(note.contains("make sure that you may load it"), "{note}");
    }
}
