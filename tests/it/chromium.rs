//! Chromium without a window, spoken to over two pipes by its DevTools protocol.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::{json, Value};
use tempfile::TempDir;

/// A browser with one page, killed when it is dropped.
pub struct Chromium {
    browser: Child,
    to: File,
    from: BufReader<File>,
    session: Option<String>,
    last: u64,
    _profile: TempDir,
}

impl Chromium {
    /// Starts the browser with an empty page, as wide as a desk's or as a telephone's.
    pub fn start(width: u32, height: u32) -> Self {
        let profile = tempfile::tempdir().expect("a temporary directory");
        let pipe = |name: &str| profile.path().join(name);
        for name in ["to", "from"] {
            let made = Command::new("mkfifo").arg(pipe(name)).status().expect("mkfifo runs");
            assert!(made.success(), "a pipe is made");
        }
        let words = format!(
            "exec chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
             --remote-debugging-pipe --window-size={width},{height} --user-data-dir={} about:blank \
             3<{} 4>{}",
            profile.path().join("profile").display(),
            pipe("to").display(),
            pipe("from").display()
        );
        let mut command = Command::new("sh");
        command.args(["-c", &words]).stdin(Stdio::null());
        let browser = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let browser = browser.expect("a shell runs; chromium is installed");
        // In the order in which the shell opens them: each waits for its other end.
        let to = File::options().write(true).open(pipe("to")).expect("a pipe");
        let from = BufReader::new(File::open(pipe("from")).expect("a pipe"));
        let mut page = Self { browser, to, from, session: None, last: 0, _profile: profile };
        let target = page.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = page.call("Target.attachToTarget", &attach);
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        page.call("Emulation.setDeviceMetricsOverride", &size);
        page.call("Page.enable", &json!({}));
        page
    }

    /// Switches scripts on or off.
    pub fn scripts(&mut self, are_on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({"value": !are_on}));
    }

    /// Asks the browser for something and returns its result.
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut bytes = Vec::new();
            self.from.read_until(0, &mut bytes).expect("the browser speaks");
            assert_eq!(bytes.pop(), Some(0), "the browser has not ended");
            let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
            if answer["id"].as_u64() == Some(self.last) {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    /// Returns the value of an expression in the page; a promise is waited for.
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", &params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Goes to an address and waits until the page is there.
    pub fn go(&mut self, url: &str) {
        self.call("Page.navigate", &json!({"url": url}));
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// Types into a field.
    pub fn fill(&mut self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.value(&format!("document.querySelector({selector}).value = {text}"));
    }

    /// Presses a button or link and waits for the page that it leads to.
    pub fn press(&mut self, selector: &str) {
        let selector = json!(selector);
        self.value(&format!(
            "document.documentElement.dataset.old = '1'; document.querySelector({selector}).click()"
        ));
        self.wait("document.readyState === 'complete' && !document.documentElement.dataset.old");
    }

    /// Returns what a reader sees of the page.
    pub fn text(&mut self) -> String {
        self.value("document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// Takes a picture of the whole page.
    pub fn picture(&mut self, path: &Path) {
        let params = json!({"format": "png", "captureBeyondViewport": true});
        let taken = self.call("Page.captureScreenshot", &params);
        let bytes = BASE64_STANDARD.decode(taken["data"].as_str().expect("a picture"));
        std::fs::write(path, bytes.expect("base64")).expect("a picture can be written");
    }

    fn wait(&mut self, condition: &str) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            let params = json!({"expression": condition, "returnByValue": true});
            // While a page goes, the next is not there to be asked.
            if self.call("Runtime.evaluate", &params)["result"]["value"] == true {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the page did not come: {condition}");
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
