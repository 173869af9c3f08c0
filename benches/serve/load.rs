//! Load by wrk: one thread, sixteen connections, the requests of a list in turn.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::servers::Server;

/// One request: its path and its headers.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    /// A request that accepts gzip.
    pub(crate) fn packed(path: &str) -> Self {
        Self { path: path.to_owned(), headers: Vec::new() }.with("Accept-Encoding", "gzip")
    }

    /// The same with one header more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What a server took for a load.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Microseconds of the server's processor time for a request.
    pub(crate) micros: f64,
    /// Requests a second.
    pub(crate) pace: f64,
    /// The 99th percentile of the latency in milliseconds.
    pub(crate) slowest: f64,
}

/// Lets wrk make these requests of a server for a while.
pub(crate) fn load(server: &Server, requests: &[Request], seconds: u32, folder: &Path) -> Cost {
    let script = folder.join("load.lua");
    std::fs::write(&script, lua(requests)).unwrap();
    let before = server.cpu();
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c16", &format!("-d{seconds}s"), "-s"]).arg(script);
    let output = command.arg(format!("http://127.0.0.1:{}", server.port)).output().unwrap();
    let spent = server.cpu() - before;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line =
        line.unwrap_or_else(|| unreachable!("wrk says {text}{}", String::from_utf8_lossy(&output.stderr)));
    let figures: Vec<f64> = line.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
    let [count, micros, slowest, errors] = figures[..] else { unreachable!("wrk says {line}") };
    assert!(errors < 1.0, "{errors} requests went wrong: {text}");
    Cost { micros: spent * 1e6 / count, pace: count / micros * 1e6, slowest: slowest / 1e3 }
}

fn lua(requests: &[Request]) -> String {
    let mut text = String::new();
    let headers = |request: &Request| {
        let headers: Vec<String> =
            request.headers.iter().map(|(name, value)| format!("[{name:?}] = {value:?}")).collect();
        format!("{{{}}}", headers.join(", "))
    };
    if let [request] = requests {
        // Without a function wrk makes the request once.
        writeln!(text, "wrk.path = {:?}\nwrk.headers = {}", request.path, headers(request)).unwrap();
    } else {
        text.push_str("local lines, at = {}, 0\ninit = function(args)\n");
        for request in requests {
            let headers = headers(request);
            writeln!(text, "lines[#lines + 1] = wrk.format(\"GET\", {:?}, {headers})", request.path).unwrap();
        }
        text.push_str("end\nrequest = function()\nat = at % #lines + 1\nreturn lines[at]\nend\n");
    }
    text + "done = function(summary, latency, requests)\nlocal e = summary.errors\n\
            print(string.format(\"RESULT %d %d %d %d\", summary.requests, summary.duration, \
            latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))\nend\n"
}
