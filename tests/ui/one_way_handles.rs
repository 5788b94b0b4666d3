fn main() {
    let (tx, rx) = rendez::bounded::<u32>(1);
    let _ = tx.recv();
    let _ = rx.send(1);
}
