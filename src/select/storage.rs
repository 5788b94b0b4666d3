//! Memory that a waiting select needs and its peers point to. For few arms and small values all of it is on the frame.

#![allow(unsafe_code)] // blocks without a type

use super::order::Order;
use super::round::meetings;
use super::{Arm, Port};
use crate::chan::Token;
use crate::sync::MODEL;
use crate::wait::{Claim, Waiter};
use core::alloc::Layout;
use core::mem::{self, MaybeUninit};
use core::ptr;

/// Arms that are served without an allocation.
pub(crate) const INLINE: usize = 8;
/// Bytes of a value that is received at capacity 0 without an allocation.
const INLINE_BYTES: usize = 64;

/// Where peers put values for receiving arms of capacity 0. Only one arm ever gets one, so they share it.
#[derive(Debug)]
pub struct Storage {
    inline: MaybeUninit<[u128; INLINE_BYTES / 16]>,
    large: Option<Box<Large>>,
}

// SAFETY: memory; what was put into it is reached by a token alone. While peers point to it, it stays where it is: in the frame of a thread that waits, or in
// a pinned future, which says itself whether it may go on in another thread.
unsafe impl Send for Storage {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Storage {}

// They lie in memory that is not dropped as waiters.
const _: () = assert!(MODEL || !mem::needs_drop::<Waiter>());

/// What does not fit on the frame; kept from round to round.
#[derive(Debug, Default)]
struct Large {
    blocks: Vec<Block>,
    waiters: Vec<MaybeUninit<Waiter>>,
    meetings: Vec<(u64, usize)>,
}

/// What `take_spare` lends.
pub(crate) type Spare = (Vec<MaybeUninit<Waiter>>, Vec<(u64, usize)>);

#[derive(Debug)]
struct Block {
    start: *mut u8,
    layout: Layout,
}

impl Block {
    fn new(layout: Layout) -> Block {
        let layout = Layout::from_size_align(layout.size().max(1), layout.align()).unwrap_or(layout);
        // SAFETY: not of size zero.
        let start = unsafe { std::alloc::alloc(layout) };
        if start.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        Block { start, layout }
    }

    fn fits(&self, layout: Layout) -> bool {
        self.layout.size() >= layout.size() && self.layout.align() >= layout.align()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout in `new`.
        unsafe { std::alloc::dealloc(self.start, self.layout) };
    }
}

impl Storage {
    /// With room for few arms and small values.
    #[inline]
    pub fn new() -> Storage {
        let mut storage = MaybeUninit::<Storage>::uninit();
        // Not as one value: that would be a constant, of which all bytes are written.
        // SAFETY: `large` is written, and `inline` may be anything.
        unsafe {
            ptr::addr_of_mut!((*storage.as_mut_ptr()).large).write(None);
            storage.assume_init()
        }
    }

    /// Takes out what a won arm still needs. The token may move with it until `attach`.
    pub(crate) fn split_off(&mut self, token: Token) -> (Token, Storage) {
        let Token::Placed { place, turn } = token else { return (token, Storage::new()) };
        if place == self.inline_place() {
            return (Token::Placed { place: ptr::null_mut(), turn }, Storage { inline: self.inline, large: None });
        }
        let blocks = self.large.as_deref_mut().map(|large| &mut large.blocks);
        let of_token = |blocks: &mut Vec<Block>| {
            let at = blocks.iter().position(|block| block.start.cast() == place)?;
            Some(blocks.swap_remove(at))
        };
        let blocks = blocks.and_then(of_token).into_iter().collect();
        (token, Storage { inline: MaybeUninit::uninit(), large: Some(Box::new(Large { blocks, ..Large::default() })) })
    }

    /// Undoes here what `split_off` did to the token.
    pub(crate) fn attach(&mut self, token: Token) -> Token {
        match token {
            Token::Placed { place, turn } if place.is_null() => Token::Placed { place: self.inline_place(), turn },
            token => token,
        }
    }

    fn inline_place(&mut self) -> *mut () {
        self.inline.as_mut_ptr().cast()
    }

    /// A place for a port's value. In a model each has its own, because its cells know who they are.
    pub(crate) fn place_for(&mut self, port: &dyn Port) -> *mut () {
        let Some(layout) = port.place_layout() else { return ptr::null_mut() };
        let place = if !MODEL && layout.size() <= INLINE_BYTES && layout.align() <= 16 {
            self.inline_place()
        } else {
            let blocks = &mut self.large().blocks;
            let at = blocks.iter().position(|block| !MODEL && block.fits(layout)).unwrap_or_else(|| {
                blocks.push(Block::new(layout));
                blocks.len() - 1
            });
            blocks[at].start.cast()
        };
        // SAFETY: large and aligned enough; no waiter points to it yet.
        unsafe { port.init_place(place) };
        place
    }

    /// Lends the memory of many waiters, and of the list of arms of capacity 0, to a future.
    pub(crate) fn take_spare(&mut self) -> Spare {
        self.large.as_mut().map(|large| (mem::take(&mut large.waiters), mem::take(&mut large.meetings))).unwrap_or_default()
    }

    /// Gets it back.
    pub(crate) fn give_spare(&mut self, waiters: Vec<MaybeUninit<Waiter>>, meetings: Vec<(u64, usize)>) {
        if waiters.capacity() != 0 {
            let large = self.large();
            (large.waiters, large.meetings) = (waiters, meetings);
        }
    }

    /// Makes a waiter for each arm, in no queue yet, in the order in which they are to enlist; and the list of `meetings`. Calls `f` with both.
    pub(super) fn with_waiters<R>(
        &mut self,
        arms: &[Arm<'_>],
        order: Order,
        claim: &Claim,
        f: impl FnOnce(&[Waiter], &[(u64, usize)]) -> R,
    ) -> R {
        let place = |storage: &mut Storage, arm: &Arm<'_>| arm.0.map_or(ptr::null_mut(), |port| storage.place_for(port));
        let mut many = self.large.as_mut().map(|large| mem::take(&mut large.meetings)).unwrap_or_default();
        let mut few = [(0, 0); INLINE];
        let meetings = meetings(arms, &mut few, &mut many);
        let result = self.with_new_waiters(arms, order, claim, place, |waiters| f(waiters, meetings));
        if let Some(large) = &mut self.large {
            large.meetings = many;
        }
        result
    }

    /// As `with_waiters`, with waiters that have no place, and no list.
    pub(super) fn with_lazy_waiters<R>(&mut self, arms: &[Arm<'_>], order: Order, claim: &Claim, f: impl FnOnce(&[Waiter]) -> R) -> R {
        self.with_new_waiters(arms, order, claim, |_, _| ptr::null_mut(), f)
    }

    fn with_new_waiters<R>(
        &mut self,
        arms: &[Arm<'_>],
        order: Order,
        claim: &Claim,
        place: impl Fn(&mut Storage, &Arm<'_>) -> *mut (),
        f: impl FnOnce(&[Waiter]) -> R,
    ) -> R {
        if arms.len() <= INLINE {
            let mut few: [MaybeUninit<Waiter>; INLINE] = [const { MaybeUninit::uninit() }; INLINE];
            for (i, arm) in arms.iter().enumerate() {
                few[i].write(Waiter::new(claim, i, place(self, arm)));
            }
            order.arrange(&mut few[..arms.len()]);
            // SAFETY: the first `arms.len()` were written just now. Waiters need no drop.
            return f(unsafe { core::slice::from_raw_parts(few.as_ptr().cast(), arms.len()) });
        }
        let mut many = mem::take(&mut self.large().waiters);
        many.clear();
        many.extend(arms.iter().enumerate().map(|(i, arm)| MaybeUninit::new(Waiter::new(claim, i, place(self, arm)))));
        order.arrange(&mut many);
        // SAFETY: all were written just now.
        let result = f(unsafe { core::slice::from_raw_parts(many.as_ptr().cast(), many.len()) });
        self.large().waiters = many;
        result
    }

    fn large(&mut self) -> &mut Large {
        self.large.get_or_insert_default()
    }
}

impl Drop for Storage {
    // Mostly there is nothing large; and a select that did not wait knows it.
    #[inline]
    fn drop(&mut self) {
        if self.large.is_some() {
            free(self.large.take());
        }
    }
}

#[cold]
#[inline(never)]
fn free(large: Option<Box<Large>>) {
    drop(large);
}

impl Default for Storage {
    fn default() -> Storage {
        Storage::new()
    }
}
