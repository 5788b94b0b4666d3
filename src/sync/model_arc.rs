//! `Arc` inside a loom model.
//!
//! That the last owner comes after all others is an order that std's count makes, and loom does not see: what the last one ends would look like a race with
//! those who used it before. (loom's own `Arc` has no weak handles.) So each end of a handle is an access here, which learns what those before it knew. loom
//! changes threads before an access only: so the access, and what std's count makes of it, are one step.

use super::Ordering;
use loom::sync::atomic::AtomicUsize;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::{self, Weak};

pub(crate) struct Arc<T> {
    value: ManuallyDrop<sync::Arc<T>>,
    ends: sync::Arc<AtomicUsize>,
}

pub(crate) struct WeakArc<T> {
    value: Weak<T>,
    ends: sync::Arc<AtomicUsize>,
}

fn meet(ends: &AtomicUsize) {
    ends.fetch_add(1, Ordering::AcqRel); // ORDERING: Release for those who come later, Acquire of those who came before, as in std's
}

#[allow(dead_code)] // all that one of them needs
impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Arc<T> {
        Arc { value: ManuallyDrop::new(sync::Arc::new(value)), ends: sync::Arc::new(AtomicUsize::new(0)) }
    }

    pub(crate) fn downgrade(this: &Arc<T>) -> WeakArc<T> {
        WeakArc { value: sync::Arc::downgrade(&this.value), ends: this.ends.clone() }
    }

    pub(crate) fn ptr_eq(a: &Arc<T>, b: &Arc<T>) -> bool {
        sync::Arc::ptr_eq(&a.value, &b.value)
    }

    pub(crate) fn strong_count(this: &Arc<T>) -> usize {
        sync::Arc::strong_count(&this.value)
    }

    /// The value, for the last owner.
    #[allow(unsafe_code)]
    pub(crate) fn into_inner(this: Arc<T>) -> Option<T> {
        let mut this = ManuallyDrop::new(this);
        meet(&this.ends);
        // SAFETY: both are taken once: `this` is not dropped.
        let (value, ends) = unsafe { (ManuallyDrop::take(&mut this.value), std::ptr::read(&this.ends)) };
        drop(ends);
        sync::Arc::into_inner(value)
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Arc<T> {
        Arc { value: self.value.clone(), ends: self.ends.clone() }
    }
}

impl<T> Drop for Arc<T> {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        meet(&self.ends);
        // SAFETY: once, and nothing touches it after that.
        unsafe { ManuallyDrop::drop(&mut self.value) };
    }
}

impl<T> WeakArc<T> {
    pub(crate) fn upgrade(&self) -> Option<Arc<T>> {
        meet(&self.ends);
        Some(Arc { value: ManuallyDrop::new(self.value.upgrade()?), ends: self.ends.clone() })
    }

    pub(crate) fn strong_count(&self) -> usize {
        self.value.strong_count()
    }
}

impl<T> Clone for WeakArc<T> {
    fn clone(&self) -> WeakArc<T> {
        WeakArc { value: self.value.clone(), ends: self.ends.clone() }
    }
}
