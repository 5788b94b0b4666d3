fn main() {
    let (_tx, rx) = rendez::bounded::<u32>(1);
    rendez::select! {
        /// A message.
        recv(rx) -> msg => drop(msg),
    }
}
