//! A channel that is closed because its senders have gone, beside one that always has a value.

use rendez::{bounded, select, Select};

/// So often that one of two equal chances does not stay away by accident.
const ROUNDS: usize = 1_000;

#[test]
fn both_win() {
    let ((tx, rx), (gone, closed)) = (bounded(1), bounded::<u8>(1));
    drop(gone);
    let mut wins = [0; 4];
    for _ in 0..ROUNDS {
        let _ = tx.try_send(0);
        select! {
            recv(rx) -> _ => wins[0] += 1,
            recv(closed) -> _ => wins[1] += 1,
        }
        let _ = tx.try_send(0);
        let mut select = Select::new();
        select.recv(&rx);
        select.recv(&closed);
        let won = select.select();
        wins[2 + won.index()] += 1;
        drop(won);
    }
    assert!(wins.iter().all(|&wins| wins > 0), "{wins:?}");
}
