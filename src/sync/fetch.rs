//! Asking early for a cache line that is about to be written.

#![allow(unsafe_code)] // one instruction, for which the language has no word

/// Begins to fetch the cache line of `place` for writing, and does not wait for it. A hint: any address will do, even of what is gone.
#[inline(always)]
pub(crate) fn fetch_early(place: *const ()) {
    #[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
    let _ = place;
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: changes nothing that a program sees, and does not fault whatever the address is.
    unsafe {
        core::arch::asm!("prefetchw [{}]", in(reg) place, options(nostack, preserves_flags, readonly));
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: as above.
    unsafe {
        core::arch::asm!("prfm pstl1keep, [{}]", in(reg) place, options(nostack, preserves_flags, readonly));
    }
}
