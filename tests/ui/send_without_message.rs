fn main() {
    let (tx, _rx) = rendez::bounded::<u32>(1);
    rendez::select! {
        send(tx) -> res => res.unwrap(),
    }
}
