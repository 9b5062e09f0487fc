//! What the comments at the beginning say: model, version, name.

/// A version of FortiOS: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u16, pub(super) u16, pub(super) u16);

/// What is known of the device from the comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The model as it stands there (`FGT60E`, `FortiGate-91G`); empty when unknown.
    pub(super) model: String,
    /// The version.
    pub(super) version: Option<Version>,
}

/// How far into the text the header is looked for.
const HEAD: usize = 64 << 10;

/// Reads `#config-version=MODEL-VERSION-…:…`, also in the older form `MODEL vVERSION,build…`, and the line `# Version: …` that
/// collectors put before a configuration.
pub(super) fn header(text: &str) -> Header {
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or("");
    let line = |mark: &str| {
        let found = head.lines().map(str::trim_start).find(|line| line.starts_with(mark));
        found.and_then(|line| line.get(mark.len()..)).map(str::trim)
    };
    let told = line("#config-version=").or_else(|| line("# Version:")).unwrap_or("");
    let told = told.split(':').next().unwrap_or("");
    let mut header = Header::default();
    if let Some((model, version)) = told.split_once(" v") {
        header.model = model.trim().to_owned();
        header.version = version_of(version);
        return header;
    }
    let mut parts = told.split('-');
    header.model = parts.next().unwrap_or("").to_owned();
    header.version = parts.find_map(version_of);
    header
}

/// `7.0.5`, `6.2.3,build1066`; also the old `5.02`, which is 5.2.
fn version_of(text: &str) -> Option<Version> {
    let text = text.split([',', ' ']).next()?;
    let mut numbers = text.split('.').map(|part| part.parse::<u16>().ok());
    let major = numbers.next()??;
    let minor = numbers.next()??;
    let patch = match numbers.next() {
        Some(patch) => patch?,
        None => 0,
    };
    Some(Version(major, minor, patch))
}

impl std::fmt::Display for Version {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_model_and_version() {
        for (text, model, version) in [
            ("#config-version=FGT60E-6.2.3-FW-build1066-191219:opmode=0:vdom=0", "FGT60E", "6.2.3"),
            (
                "x $ show\n#config-version=FortiGate-VM64 v6.2.3,build1066,191218 (GA):opmode=1",
                "FortiGate-VM64",
                "6.2.3",
            ),
            ("# Version: FortiGate-91G v7.4.7,build2731,250120 (GA.M)\n", "FortiGate-91G", "7.4.7"),
            ("#config-version=FG1K5D-5.02-FW-build1999-1:opmode=1", "FG1K5D", "5.2.0"),
        ] {
            let header = header(text);
            assert_eq!(header.model, model);
            assert_eq!(header.version.unwrap().to_string(), version);
        }
        assert_eq!(header("config x\n"), Header::default());
    }
}
