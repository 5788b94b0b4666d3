//! A sensor that is never kept waiting, and a display that shows the newest readings: the channel between them drops the oldest.
//!
//! ```text
//! sensor ── force_send: four places, and when they are full the oldest reading makes room ──▶ display
//! ```
//!
//! What is dropped comes back to the sensor, so that it can be counted. The two take turns here only so that the program prints the same each time.

use rendez::{bounded, rendezvous, Receiver, Sender};
use std::thread;

/// What is sampled; a reading that nobody looks at in time is worth nothing.
struct Reading {
    at: u32,
    celsius: f32,
}

/// Samples, and never waits for the display. Answers how many readings nobody has seen.
fn sense(readings: Sender<Reading>, frames: Receiver<u32>) -> u32 {
    let (mut at, mut lost) = (0, 0);
    for samples in frames {
        for _ in 0..samples {
            at += 1;
            let reading = Reading { at, celsius: 20.0 + (at % 7) as f32 / 2.0 };
            match readings.force_send(reading) {
                Ok(None) => {}
                Ok(Some(_oldest)) => lost += 1,
                Err(_) => return lost, // the display is gone
            }
        }
    }
    lost
}

fn main() {
    let (readings, shown) = bounded(4);
    let (next, frames) = rendezvous();
    let sensor = thread::spawn(move || sense(readings, frames));
    for samples in [2, 9, 4, 30] {
        next.send(samples).expect("the sensor is there");
        // The next frame is asked for when the one before is drawn: so ask for an empty one, and the samples of this are in.
        next.send(0).expect("the sensor is there");
        let line: Vec<_> = shown.drain().map(|reading| format!("{}: {:.1}", reading.at, reading.celsius)).collect();
        println!("{samples:2} samples | {}", line.join(" | "));
    }
    drop(next);
    println!("{} readings were too old to be shown", sensor.join().expect("the sensor does not panic"));
}
