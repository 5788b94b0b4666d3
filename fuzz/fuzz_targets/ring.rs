#![no_main]

#[path = "../../tests/fuzzed/bytes.rs"]
#[allow(dead_code)]
mod bytes;
#[path = "../../tests/fuzzed/ring.rs"]
mod ring;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ring::run(data));
