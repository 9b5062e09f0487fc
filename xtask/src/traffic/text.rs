//! Writing numbers, times and addresses as logs have them, without allocation.

use std::io::Write;
use std::net::IpAddr;

/// A decimal number.
pub(super) fn number(out: &mut Vec<u8>, number: u64) {
    padded(out, number, 1);
}

/// A decimal number with at least so many digits, twenty at most.
pub(super) fn padded(out: &mut Vec<u8>, mut number: u64, digits: usize) {
    let mut buffer = [b'0'; 20];
    let mut used = 0;
    for place in buffer.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
        used += 1;
        if number == 0 && used >= digits {
            break;
        }
    }
    out.extend_from_slice(buffer.get(20 - used..).unwrap_or_default());
}

/// Microseconds as seconds with six digits after the point.
pub(super) fn seconds(out: &mut Vec<u8>, micros: i64) {
    let micros = micros.unsigned_abs();
    number(out, micros / 1_000_000);
    out.push(b'.');
    padded(out, micros % 1_000_000, 6);
}

/// Microseconds since the epoch as `2026-01-02T03:04:05.678901`.
pub(super) fn iso(out: &mut Vec<u8>, micros: i64) {
    date(out, micros);
    out.push(b'T');
    clock(out, micros);
    out.push(b'.');
    padded(out, micros.rem_euclid(1_000_000).unsigned_abs(), 6);
}

/// `2026-01-02`; by the method of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub(super) fn date(out: &mut Vec<u8>, micros: i64) {
    let shifted = micros.div_euclid(86_400_000_000) + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    padded(out, year.unsigned_abs(), 4);
    out.push(b'-');
    padded(out, month.unsigned_abs(), 2);
    out.push(b'-');
    padded(out, day.unsigned_abs(), 2);
}

/// `03:04:05`.
pub(super) fn clock(out: &mut Vec<u8>, micros: i64) {
    let seconds = micros.div_euclid(1_000_000).rem_euclid(86_400).unsigned_abs();
    padded(out, seconds / 3600, 2);
    out.push(b':');
    padded(out, seconds / 60 % 60, 2);
    out.push(b':');
    padded(out, seconds % 60, 2);
}

/// An address.
pub(super) fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(four) => {
            let [a, b, c, d] = four.octets();
            number(out, u64::from(a));
            for octet in [b, c, d] {
                out.push(b'.');
                number(out, u64::from(octet));
            }
        }
        // Writing into memory cannot fail.
        IpAddr::V6(six) => drop(write!(out, "{six}")),
    }
}

/// An id as Zeek makes them: a letter and seventeen of 62 characters, from a number.
pub(super) fn uid(out: &mut Vec<u8>, id: u64) {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    out.push(b'C');
    let mut left = mix(id);
    for place in 0..17 {
        if place == 9 {
            left = mix(id ^ 0x5bd1_e995);
        }
        out.extend(DIGITS.get((left % 62) as usize));
        left /= 62;
    }
}

/// Spreads a number over all bits; no two numbers come together.
pub(super) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Puts several pieces of text one after the other.
macro_rules! put {
    ($out:expr, $($piece:expr),+ $(,)?) => {{
        $( $out.extend_from_slice(AsRef::<[u8]>::as_ref(&$piece)); )+
    }};
}
pub(super) use put;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_logs_write_them() {
        let mut out = Vec::new();
        iso(&mut out, 1_772_323_199_000_042);
        out.push(b' ');
        seconds(&mut out, 1_772_323_199_000_042);
        assert_eq!(out, b"2026-02-28T23:59:59.000042 1772323199.000042");
    }
}
