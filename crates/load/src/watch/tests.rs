//! Live tests on processes of our own.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use super::*;

/// Ends the child whatever the test does.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process that waits for its input to end, which happens when it is dropped. It has answered once,
/// so that it is the program and not yet its empty beginning.
fn waiting_child() -> Ended {
    let cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut cat = cat.expect("cat starts");
    cat.stdin.as_mut().expect("it is piped").write_all(b"?").expect("it reads");
    cat.stdout.as_mut().expect("it is piped").read_exact(&mut [0]).expect("it answers");
    Ended(cat)
}

#[test]
fn a_busy_thread_uses_more_than_an_idle_one() {
    let stop = AtomicBool::new(false);
    let (tell_busy, busy) = mpsc::channel();
    let (tell_idle, idle) = mpsc::channel();
    let (end_idle, until) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            tell_busy.send(own_tid().unwrap()).unwrap();
            while !stop.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        scope.spawn(move || {
            tell_idle.send(own_tid().unwrap()).unwrap();
            let _ = until.recv();
        });
        let (busy, idle) = (busy.recv().unwrap(), idle.recv().unwrap());
        let mut watch = Watch::new(None).unwrap();
        let time = || proc::thread_time(busy, Units::read()).unwrap();
        let enough = time() + Duration::from_millis(50);
        // As long as it takes: a loaded machine may let it run late.
        while time() < enough {
            std::thread::yield_now();
        }
        let (busy, idle) = (watch.thread(busy), watch.thread(idle));
        stop.store(true, Ordering::Relaxed);
        drop(end_idle);
        assert!(busy >= Duration::from_millis(50) && idle < busy, "{busy:?} {idle:?}");
    });
}

#[test]
fn what_a_thread_used_before_the_watch_began_does_not_count() {
    let (tell, told) = mpsc::channel();
    let (end, until) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let tid = own_tid().unwrap();
        while proc::thread_time(tid, Units::read()).unwrap() < Duration::from_millis(50) {
            std::hint::spin_loop();
        }
        tell.send(tid).unwrap();
        let _ = until.recv();
    });
    let tid = told.recv().unwrap();
    let mut watch = Watch::new(None).unwrap();
    // It may have been still on its way to rest; 50 ms it has had before.
    assert!(watch.thread(tid) < Duration::from_millis(50));
    drop(end);
    thread.join().unwrap();
}

/// A watch with readings at these milliseconds and this much of the worker's time at each.
fn watch_with(readings: &[(u64, u64)]) -> (Watch, Instant) {
    let mut watch = Watch::new(None).expect("no process to find");
    let begin = watch.readings[0].at;
    for (at, worker) in readings {
        watch.turn(reading(begin, *at, *worker));
    }
    (watch, begin)
}

fn reading(begin: Instant, at: u64, worker: u64) -> Reading {
    let at = begin + Duration::from_millis(at);
    let worker = Duration::from_millis(worker);
    Reading { at, busy: Busy::default(), worker, server_ticks: 0 }
}

#[test]
fn shares_count_from_the_sample_before_when_that_is_long_enough_ago() {
    let (mut watch, begin) = watch_with(&[(1_000, 100), (2_000, 300)]);
    assert_eq!(watch.turn(reading(begin, 2_500, 0)).at, begin + Duration::from_secs(2));
    assert_eq!(watch.readings.len(), 2, "older ones are dropped");
}

#[test]
fn a_short_last_interval_is_judged_with_what_came_before_it() {
    let (mut watch, begin) = watch_with(&[(1_000, 100), (2_000, 300)]);
    let base = watch.turn(reading(begin, 2_003, 303));
    assert_eq!(base.at, begin + Duration::from_secs(1));
    let used = Duration::from_millis(303) - base.worker;
    assert!(share(used, 1.003) < 0.21, "3 ms in 3 ms are not a busy processor");
}

#[test]
fn a_sample_tells_of_this_process_and_machine() {
    let mut watch = Watch::new(None).unwrap();
    let sample = watch.sample(None);
    assert!(sample.rss_bytes > 0);
    assert!((0.0..=1.0).contains(&sample.machine_cpu));
    assert_eq!((sample.worker_cpu, sample.server), (0.0, None));
    assert_eq!(watch.server_use(1, 1), None);
}

#[test]
fn a_process_that_does_not_exist_cannot_be_watched() {
    // The kernel's largest number is below 2^22.
    let error = Watch::new(Some(u32::MAX)).unwrap_err();
    assert_eq!(error, WatchError::NoProcess(u32::MAX));
}

#[test]
fn a_process_that_has_ended_but_was_not_waited_for_cannot_be_watched() {
    let mut child = waiting_child();
    let pid = child.0.id();
    drop(child.0.stdin.take());
    while proc::all_stats().unwrap().iter().any(|stat| stat.pid == pid && !stat.is_dead()) {
        std::thread::yield_now();
    }
    assert_eq!(Watch::new(Some(pid)).unwrap_err(), WatchError::NoProcess(pid));
}

#[test]
fn a_server_is_watched_until_it_ends() {
    let child = waiting_child();
    let mut watch = Watch::new(Some(child.0.id())).unwrap();
    let server = watch.sample(None).server.expect("it is there");
    assert!(server.rss_bytes > 0);
    assert!(server.descriptors >= 2, "{}", server.descriptors);
    drop(child);
    assert_eq!(watch.sample(None).server, None);
    let used = watch.server_use(0, 0).unwrap();
    assert_eq!((used.processes, used.cpu_us_per_event), (1, 0.0));
    assert!(used.rss_peak_bytes >= server.rss_bytes);
}

#[test]
fn the_children_of_a_server_belong_to_it() {
    let child = waiting_child();
    let mut watch = Watch::new(Some(std::process::id())).unwrap();
    watch.sample(None);
    let used = watch.server_use(1, 1).unwrap();
    assert!(used.processes >= 2, "this process and `cat`: {}", used.processes);
    drop(child);
}

#[test]
fn use_is_told_per_event_and_per_subscriber() {
    let used = ServerUse {
        cpu_ms: 50,
        rss_before_bytes: 1_000,
        rss_peak_bytes: 21_000,
        ..ServerUse::default()
    };
    let used = per_delivery(used, 10_000, 10);
    assert_eq!((used.cpu_us_per_event, used.rss_bytes_per_subscriber), (5.0, 2_000.0));
    let none = per_delivery(used, 0, 0);
    assert_eq!((none.cpu_us_per_event, none.rss_bytes_per_subscriber), (0.0, 0.0));
}
