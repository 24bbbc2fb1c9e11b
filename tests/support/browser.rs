//! A headless Chromium, driven over its DevTools protocol through a pipe: one start for many looks.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use super::World;

/// How the page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
    pub print: bool,
}

/// Chromium with one page, which runs no scripts. Ends when dropped.
pub struct Browser {
    child: Child,
    input: ChildStdin,
    said: Receiver<Value>,
    session: Option<String>,
    number: u64,
    /// Addresses that the page wanted.
    wanted: Vec<String>,
}

impl Browser {
    pub fn start(world: &World) -> Self {
        // The protocol goes over the descriptors 3 and 4, each message ended by a NUL.
        const START: &str = "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";
        let mut child = world
            .command("sh")
            .args(["-c", START, "sh", "--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-quic", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--hide-scrollbars"])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", world.path("home/chromium").display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (say, said) = mpsc::channel();
        std::thread::spawn(move || {
            for message in output.split(0).map_while(Result::ok) {
                if say.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self { child, input, said, session: None, number: 0, wanted: Vec::new() };
        let page = browser.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": page["targetId"], "flatten": true });
        let session = browser.ask("Target.attachToTarget", target)["sessionId"].clone();
        browser.session = Some(session.as_str().unwrap().to_owned());
        browser.ask("Page.enable", json!({}));
        browser.ask("Network.enable", json!({}));
        browser.ask("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        browser
    }

    /// Opens a file, and waits until all of it is there.
    pub fn open(&mut self, page: &Path) {
        self.ask("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        while self.hear()["method"] != "Page.loadEventFired" {}
    }

    pub fn look(&mut self, look: Look) {
        let metrics = json!({
            "width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.ask("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = if look.dark { "dark" } else { "light" };
        let media = json!({
            "media": if look.print { "print" } else { "screen" },
            "features": [{ "name": "prefers-color-scheme", "value": scheme }],
        });
        self.ask("Emulation.setEmulatedMedia", media);
    }

    /// The value of an expression, which the page itself could not compute.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let words = json!({ "expression": expression, "returnByValue": true });
        let answer = self.ask("Runtime.evaluate", words);
        assert!(answer["exceptionDetails"].is_null(), "{answer:#}");
        answer["result"]["value"].clone()
    }

    /// A PNG of the whole page.
    pub fn screenshot(&mut self) -> Vec<u8> {
        let words = json!({ "format": "png", "captureBeyondViewport": true });
        bytes(&self.ask("Page.captureScreenshot", words)["data"])
    }

    /// A PNG of the top of the page.
    pub fn picture(&mut self, width: u32, height: u32) -> Vec<u8> {
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let words = json!({ "format": "png", "clip": clip, "captureBeyondViewport": true });
        bytes(&self.ask("Page.captureScreenshot", words)["data"])
    }

    /// The page as PDF, on A4.
    pub fn pdf(&mut self) -> Vec<u8> {
        let words = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": false });
        bytes(&self.ask("Page.printToPDF", words)["data"])
    }

    /// Every address that was asked for so far.
    pub fn wanted(&self) -> &[String] {
        &self.wanted
    }

    fn ask(&mut self, method: &str, words: Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": words });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        write!(self.input, "{message}\0").unwrap();
        self.input.flush().unwrap();
        loop {
            let said = self.hear();
            if said["id"] == self.number {
                assert!(said["error"].is_null(), "{method}: {said}");
                return said["result"].clone();
            }
        }
    }

    fn hear(&mut self) -> Value {
        let said = self.said.recv_timeout(Duration::from_secs(60)).expect("Chromium answers");
        if said["method"] == "Network.requestWillBeSent" {
            self.wanted.push(said["params"]["request"]["url"].as_str().unwrap().to_owned());
        }
        said
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = json!({ "id": 0, "method": "Browser.close" });
        let _ = write!(self.input, "{close}\0");
        for _ in 0..50 {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads base64 (RFC 4648).
fn bytes(text: &Value) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("{byte} is no base64"),
    };
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in text.as_str().unwrap().bytes().filter(|byte| *byte != b'=') {
        held = held << 6 | u32::from(digit(byte));
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
        }
    }
    out
}
