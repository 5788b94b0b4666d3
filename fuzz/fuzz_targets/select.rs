#![no_main]

#[path = "../../tests/fuzzed/bytes.rs"]
#[allow(dead_code)]
mod bytes;
#[path = "../../tests/fuzzed/select.rs"]
mod select;

libfuzzer_sys::fuzz_target!(|data: &[u8]| select::run(data));
