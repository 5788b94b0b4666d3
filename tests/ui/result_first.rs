fn main() {
    let (_tx, rx) = rendez::bounded::<u32>(1);
    rendez::select! {
        Ok(msg) = recv(rx) => drop(msg),
    }
}
