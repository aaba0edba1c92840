//! A browser driven through its DevTools protocol: no driver of somebody else's, and no port.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::chromium::{self, Browser};
use crate::support::skipped::{say, skip};

/// Far more than the browser needs for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Who waits for what.
#[derive(Default)]
struct Routes {
    answers: HashMap<u64, Sender<Value>>,
    sessions: HashMap<String, Sender<Value>>,
}

/// A running browser. It ends with the last of its tabs, at the end of the pipe or by a signal.
pub(super) struct DevTools {
    input: Mutex<ChildStdin>,
    next: AtomicU64,
    routes: Arc<Mutex<Routes>>,
    _browser: Browser,
}

impl DevTools {
    /// Starts one; `None`, with a loud word, where there is none.
    pub(super) fn start() -> Option<Arc<Self>> {
        let Some(program) = chromium::find() else {
            skip("pages are not looked at: there is no browser (run tests/browser/install.sh)");
            return None;
        };
        say(&format!("pages: {}", chromium::version(&program)));
        let (browser, input, output) = Browser::piped(&program);
        let routes = Arc::new(Mutex::new(Routes::default()));
        let shared = Arc::clone(&routes);
        thread::spawn(move || listen(output, &shared));
        let next = AtomicU64::new(1);
        Some(Arc::new(Self { input: Mutex::new(input), next, routes, _browser: browser }))
    }

    /// Asks and waits for the answer.
    ///
    /// # Panics
    /// When the browser says that it is wrong, or says nothing.
    pub(super) fn call(&self, session: Option<&str>, method: &str, params: &Value) -> Value {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let (sender, answer) = channel();
        lock(&self.routes).answers.insert(id, sender);
        let sent = lock(&self.input).write_all(format!("{message}\0").as_bytes());
        sent.unwrap_or_else(|error| panic!("{method}: {error}"));
        let answer = answer.recv_timeout(PATIENCE);
        let mut answer = answer.unwrap_or_else(|error| panic!("{method}: no answer: {error}"));
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }

    /// What happens in this session from now on.
    pub(super) fn events(&self, session: &str) -> Receiver<Value> {
        let (sender, events) = channel();
        lock(&self.routes).sessions.insert(session.to_owned(), sender);
        events
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands out what the browser says, until it ends. Then nobody waits any longer.
fn listen(output: ChildStdout, routes: &Mutex<Routes>) {
    let mut output = BufReader::new(output);
    let mut message = Vec::new();
    while let Ok(1..) = output.read_until(0, &mut message) {
        message.pop();
        if let Ok(value) = serde_json::from_slice::<Value>(&message) {
            hand_out(value, routes);
        }
        message.clear();
    }
    *lock(routes) = Routes::default();
}

fn hand_out(value: Value, routes: &Mutex<Routes>) {
    let mut routes = lock(routes);
    let receiver = match value["id"].as_u64() {
        Some(id) => routes.answers.remove(&id),
        None => {
            value["sessionId"].as_str().and_then(|session| routes.sessions.get(session).cloned())
        }
    };
    // Nobody may be interested any longer.
    let _ = receiver.map(|receiver| receiver.send(value));
}
