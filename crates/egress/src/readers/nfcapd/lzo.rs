//! LZO1X, decompressed: the format as the documentation of its users describes it. A block has no length of its content.

/// The content of a block; `None` when it is damaged or longer than `most`.
pub(crate) fn decompress(block: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut stream = Stream { input: block, output: Vec::new(), most };
    // How many literals the last instruction copied: 4 stands for a run of them.
    let mut state = 0;
    if let Some(first @ 18..) = block.first().copied() {
        stream.next()?;
        let count = usize::from(first) - 17;
        stream.literals(count)?;
        state = count.min(4);
    }
    loop {
        let code = stream.next()?;
        let low = usize::from(code);
        let (length, distance, literals) = match code {
            0..16 if state == 0 => {
                let length = stream.length(low, 15)? + 3;
                stream.literals(length)?;
                state = 4;
                continue;
            }
            0..16 => {
                let high = usize::from(stream.next()?) << 2;
                let (length, base) = if state == 4 { (3, 2_049) } else { (2, 1) };
                (length, (low >> 2) + high + base, low & 3)
            }
            16..32 => {
                let length = stream.length(low & 7, 7)? + 2;
                let pair = stream.pair()?;
                let distance = ((low & 8) << 11) + (pair >> 2);
                if distance == 0 {
                    return Some(stream.output);
                }
                (length, distance + 16_384, pair & 3)
            }
            32..64 => {
                let length = stream.length(low & 31, 31)? + 2;
                let pair = stream.pair()?;
                (length, (pair >> 2) + 1, pair & 3)
            }
            64.. => {
                let high = usize::from(stream.next()?) << 3;
                ((low >> 5) + 1, ((low >> 2) & 7) + high + 1, low & 3)
            }
        };
        stream.repeat(distance, length)?;
        stream.literals(literals)?;
        state = literals;
    }
}

struct Stream<'a> {
    input: &'a [u8],
    output: Vec<u8>,
    most: usize,
}

impl Stream<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.input.split_first()?;
        self.input = rest;
        Some(*first)
    }

    /// Two bytes, the lesser first.
    fn pair(&mut self) -> Option<usize> {
        Some(usize::from(self.next()?) | usize::from(self.next()?) << 8)
    }

    /// A length that goes on in further bytes when it is zero: 255 for each zero byte.
    fn length(&mut self, short: usize, base: usize) -> Option<usize> {
        if short != 0 {
            return Some(short);
        }
        let mut sum = base;
        loop {
            match self.next()? {
                0 => sum = sum.checked_add(255)?,
                last => return sum.checked_add(usize::from(last)),
            }
        }
    }

    fn literals(&mut self, count: usize) -> Option<()> {
        let (some, rest) = self.input.split_at_checked(count)?;
        self.room(count)?;
        self.output.extend_from_slice(some);
        self.input = rest;
        Some(())
    }

    /// Copies what came `distance` bytes before; it may overlap with itself.
    fn repeat(&mut self, distance: usize, length: usize) -> Option<()> {
        self.room(length)?;
        let from = self.output.len().checked_sub(distance)?;
        for at in from..from + length {
            let byte = *self.output.get(at)?;
            self.output.push(byte);
        }
        Some(())
    }

    fn room(&self, more: usize) -> Option<()> {
        (self.output.len() + more <= self.most).then_some(())
    }
}
