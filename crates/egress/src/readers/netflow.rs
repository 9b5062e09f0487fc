//! NetFlow versions 5, 7 and 9 and IPFIX: export packets one after the other, as a collector wrote them down.

mod learnt;

pub use learnt::Learnt;
