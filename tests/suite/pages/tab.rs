//! One tab: opened, looked at, clicked and typed into.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::devtools::{DevTools, PATIENCE};

/// What the checks of a page stand on; see the file.
const PROBE: &str = include_str!("../../browser/probe.js");

/// A tab with cookies and storage of its own. Dropping it closes it.
pub(super) struct Tab {
    devtools: Arc<DevTools>,
    session: String,
    context: String,
    events: Receiver<Value>,
    /// What a page did that none of ours does.
    complaints: Vec<String>,
}

impl Tab {
    /// An empty tab.
    pub(super) fn new(devtools: &Arc<DevTools>) -> Self {
        let call = |method, params| devtools.call(None, method, &params);
        let context = text(&call("Target.createBrowserContext", json!({})), "browserContextId");
        let blank = json!({ "url": "about:blank", "browserContextId": context });
        let target = text(&call("Target.createTarget", blank), "targetId");
        let attach = json!({ "targetId": target, "flatten": true });
        let session = text(&call("Target.attachToTarget", attach), "sessionId");
        let events = devtools.events(&session);
        let devtools = Arc::clone(devtools);
        let tab = Self { devtools, session, context, events, complaints: Vec::new() };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        // So that keys reach it and its focus shows though another tab is in front.
        tab.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        tab
    }

    #[expect(clippy::needless_pass_by_value, reason = "made where it is passed")]
    pub(super) fn call(&self, method: &str, params: Value) -> Value {
        self.devtools.call(Some(&self.session), method, &params)
    }

    /// The size of the window, in CSS pixels.
    pub(super) fn resize(&self, (width, height): (u32, u32)) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// The medium, `screen` or `print`, and features such as `prefers-color-scheme`.
    pub(super) fn emulate(&self, media: &str, features: &[(&str, &str)]) {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
    }

    /// Whether pages may run scripts; ours still do.
    pub(super) fn scripting(&self, on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !on }));
    }

    /// Opens a file, with this fragment.
    ///
    /// # Panics
    /// When it does not load.
    pub(super) fn open(&mut self, path: &str, fragment: &str) {
        // Another fragment of the same page would load nothing.
        self.load("about:blank");
        self.load(&format!("file://{path}{fragment}"));
        self.eval::<Value>(PROBE);
    }

    fn load(&mut self, url: &str) {
        self.note_all();
        let answer = self.call("Page.navigate", json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {answer}");
        loop {
            let event = self.events.recv_timeout(PATIENCE);
            let event = event.unwrap_or_else(|error| panic!("{url} does not load: {error}"));
            self.note(&event);
            if event["method"] == "Page.loadEventFired" {
                break;
            }
        }
    }

    /// The value of an expression of JavaScript, a promise awaited.
    ///
    /// # Panics
    /// When it throws, or gives something else.
    pub(super) fn eval<T: serde::de::DeserializeOwned>(&self, expression: &str) -> T {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", params);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression:.200}: {thrown}");
        let value = answer["result"]["value"].take();
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{expression:.200}: {error}"))
    }

    /// The value of a call of one of the probe's functions.
    pub(super) fn probe<T: serde::de::DeserializeOwned>(
        &self,
        function: &str,
        argument: &str,
    ) -> T {
        self.eval(&format!("probe.{function}({})", json!(argument)))
    }

    /// Clicks into the middle of what a person would see of the first such element.
    ///
    /// # Panics
    /// When there is none, or something else lies over it.
    pub(super) fn click(&self, selector: &str) {
        let place: Option<[f64; 2]> = self.probe("place", selector);
        let [x, y] = place.unwrap_or_else(|| panic!("{selector} cannot be clicked"));
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// Clicks on a link to another place of the page, and lets its script know of it.
    pub(super) fn follow(&self, selector: &str) {
        self.click(selector);
        self.eval::<Value>("new Promise((done) => setTimeout(done))");
    }

    /// Presses a key: `Tab`, `Enter`, `ArrowDown` or a blank.
    pub(super) fn press(&self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "ArrowDown" => 40,
            _ => 32,
        };
        let mut down = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code });
        if let Some(text) = [("Enter", "\r"), (" ", " ")].iter().find(|(name, _)| *name == key) {
            down["text"] = json!(text.1);
        }
        self.call("Input.dispatchKeyEvent", down);
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Types into what has the focus.
    pub(super) fn type_in(&self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// What the pages did so far that none of ours does: say something on the console, ask for
    /// another resource, open a dialogue.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        // What came before this answer has come.
        self.eval::<Value>("0");
        self.note_all();
        std::mem::take(&mut self.complaints)
    }

    fn note_all(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.note(&event);
        }
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        let complaint = match event["method"].as_str().unwrap_or_default() {
            "Runtime.consoleAPICalled" => {
                format!(
                    "console.{}: {}",
                    params["type"].as_str().unwrap_or_default(),
                    params["args"]
                )
            }
            "Runtime.exceptionThrown" => format!("exception: {}", params["exceptionDetails"]),
            "Log.entryAdded" => format!("log: {}", params["entry"]["text"]),
            "Page.javascriptDialogOpening" => {
                self.call("Page.handleJavaScriptDialog", json!({ "accept": false }));
                format!("dialogue: {}", params["message"])
            }
            "Network.requestWillBeSent" if params["type"] != "Document" => {
                format!("request: {}", params["request"]["url"])
            }
            _ => return,
        };
        self.complaints.push(complaint);
    }

    /// A picture of the window as PNG.
    pub(super) fn picture(&self) -> Vec<u8> {
        bytes(&self.call("Page.captureScreenshot", json!({ "format": "png" })))
    }

    /// The page as PDF, on A4.
    pub(super) fn pdf(&self) -> Vec<u8> {
        bytes(&self.call("Page.printToPDF", json!({ "paperWidth": 8.27, "paperHeight": 11.69 })))
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let context = json!({ "browserContextId": self.context });
            self.devtools.call(None, "Target.disposeBrowserContext", &context);
        }
    }
}

fn bytes(answer: &Value) -> Vec<u8> {
    let data = answer["data"].as_str().expect("it is text");
    BASE64_STANDARD.decode(data).expect("it is base64")
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("no {key} in {answer}")).to_owned()
}
