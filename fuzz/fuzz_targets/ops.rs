#![no_main]

#[path = "../../tests/fuzzed/bytes.rs"]
#[allow(dead_code)]
mod bytes;
#[path = "../../tests/fuzzed/ops.rs"]
mod ops;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ops::run(data));
