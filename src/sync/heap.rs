//! What is due first: a heap out of which anything can be taken. It asks for memory when it grows, and at no other time; what it has it keeps.
//!
//! ```text
//!   ticket ── number ──▶ places ── place ──▶ entries
//!                           ▲                   │
//!                           └───── number ──────┘
//! ```
//!
//! 1. No entry is due before its parent, which is at (place - 1) / 2. Of two that are due at the same instant, the one that came first comes first.
//! 2. `places` says for the number of each entry where that entry is. For a free number it says which one is free next; for the last free one, the number
//!    beyond all, which is added when it is needed.
//! 3. A number is used again, an id never. So the ticket of what is gone is good for nothing.

use super::Instant;
use core::mem::replace;

/// What `insert` answers: with it the entry is taken out again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    number: usize,
    id: u64,
}

struct Entry<V> {
    when: Instant,
    ticket: Ticket,
    value: V,
}

pub(super) struct Heap<V> {
    entries: Vec<Entry<V>>,
    places: Vec<usize>,
    /// The number that is given out next.
    free: usize,
    /// The id that is given out next.
    next: u64,
}

impl<V> Heap<V> {
    pub(super) const fn new() -> Heap<V> {
        Heap { entries: Vec::new(), places: Vec::new(), free: 0, next: 0 }
    }

    /// When the first is due.
    pub(super) fn first(&self) -> Option<Instant> {
        self.entries.first().map(|entry| entry.when)
    }

    pub(super) fn insert(&mut self, when: Instant, value: V) -> Ticket {
        let (place, number) = (self.entries.len(), self.free);
        if number == self.places.len() {
            self.places.push(number + 1);
        }
        self.free = replace(&mut self.places[number], place);
        let ticket = Ticket { number, id: self.next };
        self.next += 1;
        self.entries.push(Entry { when, ticket, value });
        self.rise(place);
        ticket
    }

    /// Takes out what the ticket was given for, unless it is gone.
    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<V> {
        let place = self.places[ticket.number];
        // The place of a number that is free is none.
        self.entries.get(place).filter(|entry| entry.ticket.id == ticket.id)?;
        Some(self.take(place))
    }

    /// Takes the first out, if it is due by `now`.
    pub(super) fn pop(&mut self, now: Instant) -> Option<V> {
        (self.first()? <= now).then(|| self.take(0))
    }

    fn take(&mut self, place: usize) -> V {
        let Entry { ticket, value, .. } = self.entries.swap_remove(place);
        self.places[ticket.number] = replace(&mut self.free, ticket.number);
        if place < self.entries.len() {
            // The last entry is here now. It moves in one direction at most.
            self.note(place);
            self.sink(place);
            self.rise(place);
        }
        value
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.is_before(parent, place) {
                break;
            }
            self.swap(place, parent);
            place = parent;
        }
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let [left, right] = [2 * place + 1, 2 * place + 2];
            let count = self.entries.len();
            let child = if right < count && self.is_before(right, left) { right } else { left };
            if child >= count || self.is_before(place, child) {
                break;
            }
            self.swap(place, child);
            place = child;
        }
    }

    fn is_before(&self, a: usize, b: usize) -> bool {
        let [a, b] = [a, b].map(|place| (self.entries[place].when, self.entries[place].ticket.id));
        a < b
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.entries.swap(a, b);
        self.note(a);
        self.note(b);
    }

    /// Writes down where this entry is.
    fn note(&mut self, place: usize) {
        self.places[self.entries[place].ticket.number] = place;
    }
}
