//! The command that prints a stream.

use std::process::Command;

use ssecheck_parsertest::printf;

fn printed(command: &str) -> Vec<u8> {
    Command::new("sh").args(["-c", command]).output().expect("a shell").stdout
}

#[test]
fn a_shell_prints_exactly_the_bytes() {
    let every_byte: Vec<u8> = (0..=255).collect();
    let each_before_a_digit: Vec<u8> = (0..=255).flat_map(|byte| [byte, b'7']).collect();
    let streams: [&[u8]; 6] =
        [&every_byte, &each_before_a_digit, b"", b"-n", b"--", b"data: 'it\\'s' 100%d\\n\r\n\r\n"];
    for stream in streams {
        let command = printf(stream);
        assert!(command.is_ascii() && !command.contains('\n'));
        assert_eq!(printed(&command), stream, "{command}");
    }
}
