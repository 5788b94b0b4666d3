fn main() {
    let (tx, _rx) = rendez::bounded::<String>(1);
    rendez::select! {
        send(tx, 1) -> res => drop(res),
    }
}
