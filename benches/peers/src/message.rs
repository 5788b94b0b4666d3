//! What is sent: a number, padded to the size under test.

/// A payload that carries its own check: the number is found at both ends of it.
pub trait Message: Send + Unpin + 'static {
    fn new(number: u64) -> Self;
    fn number(&self) -> u64;
}

#[derive(Debug)]
pub struct Words<const N: usize>([u64; N]);

impl<const N: usize> Message for Words<N> {
    #[inline(always)]
    fn new(number: u64) -> Self {
        // Not a copy of the number in each word: the compiler would unroll that into hundreds of instructions everywhere.
        let mut words = [0; N];
        words[0] = number;
        words[N - 1] = number;
        Words(words)
    }

    #[inline(always)]
    fn number(&self) -> u64 {
        assert_eq!(self.0[0], self.0[N - 1], "a message arrived torn");
        self.0[0]
    }
}
