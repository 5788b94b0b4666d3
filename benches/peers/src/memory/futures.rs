//! The size of each implementation's own futures, for messages of 8 bytes.

use std::mem::size_of_val;

use super::Figures;

/// The channel's constructor, and the names of the two methods.
macro_rules! sizes {
    ($name:ident, $open:expr, $send:ident, $recv:ident) => {
        pub fn $name() -> Figures {
            #[allow(unused_mut)] // some take it by `&mut`
            let (tx, mut rx) = $open;
            let sizes = [size_of_val(&tx.$send(0_u64)), size_of_val(&rx.$recv())];
            sizes.map(|bytes| Some(bytes as f64)).to_vec()
        }
    };
}

sizes!(rendez, rendez::bounded(1), send_async, recv_async);
sizes!(flume, flume::bounded(1), send_async, recv_async);
sizes!(loole, loole::bounded(1), send_async, recv_async);
sizes!(kanal, kanal::bounded_async(1), send, recv);
sizes!(crossfire, crossfire::mpmc::bounded_async(1), send, recv);
sizes!(async_channel, async_channel::bounded(1), send, recv);
sizes!(tokio, tokio::sync::mpsc::channel(1), send, recv);
