fn main() {
    let (_tx, rx) = rendez::bounded::<u32>(1);
    let _task = async {
        rendez::select_async! {
            receive(rx) -> msg => drop(msg),
        }
    };
}
