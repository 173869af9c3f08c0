//! Puts scripted answers on the wire.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use async_compression::tokio::write::BrotliEncoder;
use async_compression::tokio::write::GzipEncoder;
use async_compression::tokio::write::ZlibEncoder;
use async_compression::tokio::write::ZstdEncoder;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::net::Seen;
use crate::support::net::World;
use crate::support::net::script::Body;
use crate::support::net::script::Script;

/// Answers the requests of one connection. A visitor who leaves in the middle is no fault of ours.
pub(super) async fn connection(world: Arc<World>, mut stream: TcpStream) {
    let _visitor_left = visit(&world, &mut stream).await;
}

async fn visit(world: &World, stream: &mut TcpStream) -> io::Result<()> {
    while let Some(seen) = read_head(stream).await? {
        let script = world.script(&seen.host, &seen.path);
        world.seen.lock().unwrap().push(seen.clone());
        let stays_open = answer(stream, &seen, script).await?;
        if !stays_open {
            // Closing gently: what was written arrives even if the visitor had more to say.
            stream.shutdown().await?;
            return Ok(());
        }
    }
    Ok(())
}

async fn read_head(stream: &mut TcpStream) -> io::Result<Option<Seen>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_the_visitor_is_done) => return Ok(None),
        }
    }
    let text = String::from_utf8_lossy(&head);
    let mut lines = text.split("\r\n");
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let headers: Vec<(String, String)> =
        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let mut seen = Seen { at: Instant::now(), host: String::new(), path, headers };
    seen.host = seen.header("host").unwrap_or_default().to_owned();
    Ok(Some(seen))
}

/// Answers, and says whether the connection may be used again.
async fn answer(stream: &mut TcpStream, seen: &Seen, script: Script) -> io::Result<bool> {
    let is_unchanged = script.is_unchanged_for(seen);
    let (status, mut head) = (if is_unchanged { 304 } else { script.status }, script.head());
    match script.body.clone() {
        Body::Silence => std::future::pending().await,
        Body::Raw(bytes) => {
            stream.write_all(&bytes).await?;
            Ok(false)
        }
        Body::Whole(_) | Body::Repeated { .. } if is_unchanged => {
            stream.write_all(&render(status, &head)).await?;
            Ok(true)
        }
        Body::Whole(body) => {
            let body = encode(&body, script.coding).await;
            let length = script.claimed_length.unwrap_or(body.len());
            head.push(("Content-Length".to_owned(), length.to_string()));
            stream.write_all(&render(status, &head)).await?;
            let sent = &body[..script.cut.unwrap_or(body.len()).min(body.len())];
            let (size, pause) = script.pace.unwrap_or((sent.len().max(1), std::time::Duration::ZERO));
            for piece in sent.chunks(size) {
                tokio::time::sleep(pause).await;
                stream.write_all(piece).await?;
            }
            Ok(sent.len() == length)
        }
        Body::Repeated { start, piece, times } => {
            head.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
            stream.write_all(&render(status, &head)).await?;
            if !start.is_empty() {
                stream.write_all(&chunk(&start)).await?;
            }
            let piece = chunk(&piece);
            for _time in 0..times {
                stream.write_all(&piece).await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
            Ok(true)
        }
    }
}

impl Script {
    fn is_unchanged_for(&self, seen: &Seen) -> bool {
        let same = |ours: &Option<String>, name: &str| ours.is_some() && ours.as_deref() == seen.header(name);
        match seen.header("if-none-match") {
            Some(_tag) if self.etag.is_some() => same(&self.etag, "if-none-match"),
            _no_tag => same(&self.last_modified, "if-modified-since"),
        }
    }

    fn head(&self) -> Vec<(String, String)> {
        let mut head = self.headers.clone();
        let validators = [("ETag", &self.etag), ("Last-Modified", &self.last_modified)];
        head.extend(
            validators.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))),
        );
        head
    }
}

fn render(status: u16, head: &[(String, String)]) -> Vec<u8> {
    let mut lines = vec![format!("HTTP/1.1 {status} Scripted")];
    lines.extend(head.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.join("\r\n").into_bytes().into_iter().chain(*b"\r\n\r\n").collect()
}

fn chunk(piece: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

async fn encode(body: &[u8], coding: Option<&str>) -> Vec<u8> {
    macro_rules! by {
        ($encoder:ident) => {{
            let mut encoder = $encoder::new(Vec::new());
            encoder.write_all(body).await.unwrap();
            encoder.shutdown().await.unwrap();
            encoder.into_inner()
        }};
    }
    match coding {
        None => body.to_vec(),
        Some("gzip") => by!(GzipEncoder),
        Some("deflate") => by!(ZlibEncoder),
        Some("br") => by!(BrotliEncoder),
        Some("zstd") => by!(ZstdEncoder),
        // A name without an encoder: the header is a lie, which is a test's to tell.
        Some(_unknown) => body.to_vec(),
    }
}
