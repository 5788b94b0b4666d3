fn main() {
    let (tx, rx) = rendez::bounded::<u32>(1);
    rendez::select! {
        recv(tx) -> msg => drop(msg),
        send(rx, 1) -> res => drop(res),
    }
}
