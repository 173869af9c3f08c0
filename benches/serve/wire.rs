//! HTTP/1.1 by hand over one connection: the answer's bytes as they came, and nothing decoded.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

/// A connection that is kept.
pub(crate) struct Wire(BufReader<TcpStream>);

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// The entity tag.
    pub(crate) fn etag(&self) -> String {
        let tag = self.headers.iter().find(|(name, _value)| name == "etag");
        tag.map(|(_name, value)| value.clone()).unwrap()
    }

    fn length(&self) -> Option<usize> {
        let length = self.headers.iter().find(|(name, _value)| name == "content-length");
        length.map(|(_name, value)| value.parse().unwrap())
    }
}

impl Wire {
    /// Connects to a port of this machine, if somebody listens there.
    pub(crate) fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Makes a GET request and reads its answer to the end.
    pub(crate) fn ask(&mut self, path: &str, headers: &[(String, String)]) -> Answer {
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.push_str("\r\n");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let status = self.line();
        let status = status.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, body: Vec::new(), headers: Vec::new() };
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { break };
            answer.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if status != 304 {
            answer.body.resize(answer.length().unwrap(), 0);
            self.0.read_exact(&mut answer.body).unwrap();
        }
        answer
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.0.read_line(&mut line).unwrap() > 0, "the connection ended");
        line.trim_end().to_owned()
    }
}

/// A port of this machine on which nobody listens at the moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A journal of one's own on loopback: whoever asks gets this document. It ends with the process.
pub(crate) fn journal(document: Arc<Mutex<String>>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut head = BufReader::new(&stream);
            let mut line = String::new();
            while head.read_line(&mut line).is_ok_and(|length| length > 2) {
                line.clear();
            }
            let body = document.lock().unwrap().clone();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            // A client that is gone asks again by itself.
            let _sent = stream.write_all((head + &body).as_bytes());
        }
    });
    port
}
