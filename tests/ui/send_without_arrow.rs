fn main() {
    let (tx, _rx) = rendez::bounded(1);
    rendez::select! {
        send(tx, 1) => println!("sent"),
        default => {}
    }
}
