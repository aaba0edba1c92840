//! HTTP/2 with prior knowledge, and its faults.

use crate::client::{Client, contains, with};

/// The faults that are tested here.
pub(crate) const HTTP2: &[&str] =
    &["h2-connection-field", "h2-transfer-encoding", "h2-reset-at-end"];

/// A request for the finite stream, fields as literals.
fn request() -> String {
    let fields = [(":method", "GET"), (":scheme", "http"), (":path", "/replay")];
    let literal = |(name, value): &(&str, &str)| {
        let length = |text: &str| char::from(u8::try_from(text.len()).unwrap());
        format!("\0{}{name}{}{value}", length(name), length(value))
    };
    let block: String = fields.iter().map(literal).collect();
    let length = char::from(u8::try_from(block.len()).unwrap());
    let settings = "\0\0\0\x04\0\0\0\0\0";
    format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{settings}\0\0{length}\x01\x05\0\0\0\x01{block}")
}

const END: &[u8] = b"\0\0\0\0\x01\0\0\0\x01";
const RESET: &[u8] = b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x02";

#[tokio::test]
async fn answers_are_right_or_wrong_as_each_fault_says() {
    let table: [(&[&str], &[u8], &[u8]); 4] = [
        (&[], END, b"connection"),
        (&["h2-connection-field"], b"\0\x0aconnection\x0akeep-alive", RESET),
        (&["h2-transfer-encoding"], b"\0\x11transfer-encoding\x07chunked", RESET),
        (&["h2-reset-at-end"], RESET, END),
    ];
    for (names, wanted, unwanted) in table {
        let testbed = with(names);
        let mut client = Client::send(&testbed, &request()).await;
        client.until_bytes(wanted).await;
        client.until("bye\n\n").await;
        assert!(!contains(client.bytes(), unwanted), "{names:?}");
        drop(client);
        testbed.shutdown().await;
    }
}
