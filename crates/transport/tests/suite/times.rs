//! When bytes came.

use ssecheck_transport::{BodyPart, Chunk, Connection, DialOptions, Dialer, Request};
use tokio::io::AsyncWriteExt;

use crate::server::{get, limits, serve};

async fn next(connection: &mut Connection) -> Chunk {
    match connection.read().await.unwrap() {
        BodyPart::Data(chunk) => chunk,
        BodyPart::End(end) => panic!("{end:?}"),
    }
}

/// Sends a byte for each byte that it gets.
async fn echo_server() -> ssecheck_transport::Url {
    serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while tokio::io::AsyncReadExt::read_u8(&mut stream).await.is_ok() {
            stream.write_all(b"x").await.unwrap();
        }
    })
    .await
}

/// Returns once the kernel stamps what it receives: with the first socket that asks, it begins a
/// little later.
#[cfg(target_os = "linux")]
pub(crate) async fn kernel_stamps() {
    let url = echo_server().await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    for _ in 0..10_000 {
        connection.wire().tap().tcp().try_write(b"?").unwrap();
        if next(&mut connection).await.stamp.kernel_at.is_some() {
            return;
        }
    }
    panic!("the kernel gives no receive times");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_kernel_time_lies_between_the_cause_and_our_read() {
    kernel_stamps().await;
    let url = echo_server().await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    // The clocks are sampled apart from the kernel's stamp, hence a tolerance far above the
    // documented error.
    let tolerance = std::time::Duration::from_millis(2);
    for _ in 0..20 {
        let asked = std::time::Instant::now();
        connection.wire().tap().tcp().try_write(b"?").unwrap();
        let stamp = next(&mut connection).await.stamp;
        let kernel_at = stamp.kernel_at.expect("a kernel time");
        assert!(asked <= kernel_at + tolerance && kernel_at <= stamp.at);
        assert_eq!(stamp.received(), kernel_at);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_late_read_keeps_the_kernels_early_time() {
    kernel_stamps().await;
    let url = echo_server().await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    connection.wire().tap().tcp().try_write(b"?").unwrap();
    connection.wire().tap().tcp().readable().await.unwrap();
    let there = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::from_millis(30));
    let stamp = next(&mut connection).await.stamp;
    let lateness = stamp.at - stamp.kernel_at.unwrap();
    assert!(lateness >= std::time::Duration::from_millis(25), "{lateness:?}");
    assert!(stamp.at >= there);
}

#[tokio::test]
async fn kernel_times_can_be_left_out() {
    let url = echo_server().await;
    let options = DialOptions { kernel_time: false, ..DialOptions::default() };
    let mut connection = Dialer::new(options).unwrap().dial(&url, &limits()).await.unwrap();
    connection.send(&Request::get(&url)).await.unwrap();
    let head = connection.head().await.unwrap();
    assert_eq!(head.complete.kernel_at, None);
    assert_eq!(head.complete.received(), head.complete.at);
}

#[tokio::test]
async fn the_record_has_a_time_for_every_byte() {
    let url = echo_server().await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    for _ in 0..5 {
        connection.wire().tap().tcp().try_write(b"?").unwrap();
        next(&mut connection).await;
    }
    let side = &connection.record().received;
    let mut offset = 0;
    for pair in side.segments().windows(2) {
        assert!(pair[0].stamp.at <= pair[1].stamp.at);
    }
    for segment in side.segments() {
        assert_eq!(segment.offset, offset);
        offset += segment.len as u64;
    }
    assert_eq!(offset, side.total());
}
