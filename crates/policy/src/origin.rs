//! Where something stands in what was read, in the administrator's words.

/// A byte range in one of the files that were read together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index of the file in the order in which the files were given.
    pub file: u16,
    /// First byte, in the decoded text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The administrator's own name for a thing, and where it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Where; `None` for what the vendor implies and nobody wrote.
    pub span: Option<Span>,
    /// Name or number, as people say it: `policy 12 "web to db"`, `rule 3.2`, `interzone-default`.
    pub label: Box<str>,
    /// The comment of the administrator; empty when there is none.
    pub comment: Box<str>,
}

impl Origin {
    /// Something written at `span`.
    pub fn at(span: Span, label: impl Into<Box<str>>) -> Self {
        Self { span: Some(span), label: label.into(), comment: "".into() }
    }

    /// Something that the vendor implies.
    pub fn implied(label: impl Into<Box<str>>) -> Self {
        Self { span: None, label: label.into(), comment: "".into() }
    }
}
