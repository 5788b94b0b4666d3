//! Loads that are in one order with exchanges.

pub(crate) trait InOrder {
    /// A load that is in one order with the exchanges and other such loads that are SeqCst.
    fn load_in_order(&self) -> u64;
}

impl InOrder for std::sync::atomic::AtomicU64 {
    #[inline(always)]
    fn load_in_order(&self) -> u64 {
        // ORDERING: SeqCst is what the name says. A plain load on most machines.
        self.load(super::Ordering::SeqCst)
    }
}
