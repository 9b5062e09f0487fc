//! What lies in an archive and where: for readers that open members themselves, in parts, several times and side by side.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use ::zip::{CompressionMethod, ZipArchive};

use super::tape::Tapes;
use super::tar::{self, Damage, Kind, Tar};
use super::{is_noise, zip};
use crate::limits::Limits;
use crate::unpack::{unpack, unpack_deflated};

/// A regular file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path as the archive has it.
    pub path: String,
    /// The size of its content in bytes, as the archive claims it.
    pub bytes: u64,
    how: How,
}

/// How the content is got.
#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// The bytes from here on, as they are.
    Stored { at: u64, bytes: u64 },
    /// The bytes from here on, deflated.
    Deflated { at: u64, bytes: u64 },
    /// Not at all, for this reason.
    Refused(&'static str),
}

/// The members of an archive.
#[derive(Debug, Default)]
pub struct Bundle {
    /// The regular files, in the order of the archive.
    pub members: Vec<Member>,
    /// Why there may be more of them than could be told.
    pub error: Option<io::Error>,
}

/// Whether a (decompressed) stream that begins so is an archive: the first 512 bytes tell.
pub fn is_archive(head: &[u8]) -> bool {
    zip::probe(head) || tar::probe(head)
}

/// Lists the members of an archive that may be compressed as a whole; `None` where the zip is a document or a program, whose members
/// are its own affair.
///
/// # Errors
/// When it cannot be read, or is no archive.
pub fn list(mut archive: impl Read + Seek + Send, limits: &Limits) -> io::Result<Option<Bundle>> {
    let mut head = [0; 4];
    let read = archive.read(&mut head)?;
    archive.rewind()?;
    if zip::probe(head.get(..read).unwrap_or_default()) {
        return list_zip(archive);
    }
    let mut unpacked = unpack(archive, limits)?;
    Ok(Some(list_tar(&mut *unpacked.stream)))
}

fn list_zip(archive: impl Read + Seek) -> io::Result<Option<Bundle>> {
    let mut archive = ZipArchive::new(archive).map_err(io::Error::other)?;
    if archive.file_names().any(|name| name.is_ok_and(|name| zip::is_document(&name))) {
        return Ok(None);
    }
    let mut bundle = Bundle::default();
    for number in 0..archive.len().min(MEMBERS) {
        let file = match archive.by_index_raw(number) {
            Ok(file) => file,
            Err(error) => {
                bundle.error = Some(io::Error::other(error));
                continue;
            }
        };
        let path = plain(&file.name().map_err(io::Error::other)?.replace('\\', "/"));
        if !file.is_file() || is_noise(&path) {
            continue;
        }
        let (at, bytes) = (file.data_start(), file.compressed_size());
        let how = match (file.encrypted(), file.compression(), at) {
            (true, ..) => How::Refused("encrypted"),
            (_, CompressionMethod::Stored, Some(at)) => How::Stored { at, bytes },
            (_, CompressionMethod::Deflated, Some(at)) => How::Deflated { at, bytes },
            _ => How::Refused("compressed in a way that is not read"),
        };
        bundle.members.push(Member { path, bytes: file.size(), how });
    }
    if archive.len() > MEMBERS {
        bundle.error = Some(too_many());
    }
    Ok(Some(bundle))
}

fn list_tar(stream: &mut (dyn BufRead + Send)) -> Bundle {
    let mut bundle = Bundle::default();
    let mut archive = Tar::new(stream);
    while let Some(next) = archive.next() {
        let member = match next {
            Ok(member) => member,
            Err(Damage::Stream(error)) => {
                bundle.error = Some(error);
                break;
            }
            Err(Damage::Header(at)) => {
                let what = format!("the header at byte {at} is broken");
                bundle.error = Some(io::Error::new(io::ErrorKind::InvalidData, what));
                continue;
            }
        };
        let (path, bytes, at) = (plain(&member.path), member.size, archive.at());
        let how = match member.kind {
            Kind::File => How::Stored { at, bytes },
            Kind::Sparse => How::Refused("sparse"),
            Kind::HardLink | Kind::Symlink | Kind::Special | Kind::Directory => continue,
        };
        if bundle.members.len() == MEMBERS {
            bundle.error = Some(too_many());
            break;
        }
        if !is_noise(&path) {
            bundle.members.push(Member { path, bytes, how });
        }
    }
    bundle
}

impl Member {
    /// How far from the archive's beginning the content lies, where that is known.
    pub fn place(&self) -> u64 {
        match self.how {
            How::Stored { at, .. } | How::Deflated { at, .. } => at,
            How::Refused(_) => 0,
        }
    }

    /// The content, with its own compression removed. `tapes` know the archive by its `path`.
    ///
    /// # Errors
    /// When the archive cannot be read, or the member not be decompressed.
    pub fn open(
        &self,
        mut archive: impl Read + Seek + Send + 'static,
        (tapes, path): (&Arc<Tapes>, &Path),
        limits: &Limits,
    ) -> io::Result<Box<dyn BufRead + Send>> {
        let (at, bytes) = match self.how {
            How::Stored { at, bytes } | How::Deflated { at, bytes } => (at, bytes),
            How::Refused(why) => return Err(io::Error::new(io::ErrorKind::Unsupported, why)),
        };
        let mut head = [0; 6];
        let read = archive.read(&mut head)?;
        let head = head.get(..read).unwrap_or_default();
        if crate::unpack::is_compressed(head) {
            // What is compressed as a whole can only be read from its beginning.
            let all = Cursor::new(head.to_vec()).chain(archive);
            let tape = tapes.read(path, at, || Ok(unpack(all, limits)?.stream))?;
            return Ok(unpack(tape.take(bytes), limits)?.stream);
        }
        archive.seek(SeekFrom::Start(at))?;
        let part = archive.take(bytes);
        let unpacked = match self.how {
            How::Deflated { .. } => unpack_deflated(part, limits)?,
            _ => unpack(part, limits)?,
        };
        Ok(unpacked.stream)
    }
}

/// A path as other readers of the archive have it; one that leads out of the archive as it is written, nothing is unpacked there.
fn plain(path: &str) -> String {
    tar::clean(path).path.filter(|path| !path.is_empty()).unwrap_or_else(|| path.to_owned())
}

fn too_many() -> io::Error {
    let what = format!("the archive has more than {MEMBERS} members");
    io::Error::new(io::ErrorKind::QuotaExceeded, what)
}

/// Most members of one archive. Each may be opened several times, so that there are fewer than where a stream goes by once.
const MEMBERS: usize = 65_536;

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::atomic::{AtomicU64, Ordering};

    use ::zip::ZipWriter;
    use ::zip::write::SimpleFileOptions;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    fn zipped(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut to = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            let options = SimpleFileOptions::default().compression_method(method);
            to.start_file(*name, options).unwrap();
            to.write_all(bytes).unwrap();
        }
        to.finish().unwrap().into_inner()
    }

    fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut to = ::tar::Builder::new(Vec::new());
        for (name, bytes) in members {
            let mut header = ::tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_entry_type(::tar::EntryType::Regular);
            to.append_data(&mut header, name, *bytes).unwrap();
        }
        to.into_inner().unwrap()
    }

    fn text(member: &Member, archive: &[u8], tapes: &Arc<Tapes>) -> String {
        let mut text = String::new();
        let archive = Cursor::new(archive.to_vec());
        let mut stream = member.open(archive, (tapes, Path::new("a")), &Limits::default()).unwrap();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn contents(archive: &[u8]) -> Vec<(String, String)> {
        let bundle = list(Cursor::new(archive), &Limits::default()).unwrap().unwrap();
        assert!(bundle.error.is_none(), "{:?}", bundle.error);
        let tapes = Arc::default();
        let read = |member: &Member| (member.path.clone(), text(member, archive, &tapes));
        bundle.members.iter().rev().map(read).collect()
    }

    /// An archive that counts the bytes which are read of it.
    struct Counting(Cursor<Vec<u8>>, Arc<AtomicU64>);

    impl Read for Counting {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(buffer)?;
            self.1.fetch_add(count as u64, Ordering::Relaxed);
            Ok(count)
        }
    }

    impl Seek for Counting {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn members_that_are_read_in_order_and_twice_cost_one_decompression() {
        let names: Vec<String> = (0..200).map(|number| format!("{number}.log")).collect();
        let noise: Vec<u8> =
            (0..9_000_u32).flat_map(|it| it.wrapping_mul(it).to_le_bytes()).collect();
        let members: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &*noise)).collect();
        let archive = gzip(&tarred(&members));
        let bundle = list(Cursor::new(&*archive), &Limits::default()).unwrap().unwrap();
        let (tapes, count) = (Arc::default(), Arc::new(AtomicU64::new(0)));
        for member in bundle.members.iter().flat_map(|member| [member, member]) {
            let archive = Counting(Cursor::new(archive.clone()), Arc::clone(&count));
            let at = (&tapes, Path::new("a"));
            let mut stream = member.open(archive, at, &Limits::default()).unwrap();
            let mut read = Vec::new();
            stream.read_to_end(&mut read).unwrap();
            assert!(read == noise, "{}", member.path);
        }
        let heads = 6 * 2 * bundle.members.len();
        assert!(count.load(Ordering::Relaxed) <= (archive.len() + heads) as u64);
    }

    #[test]
    fn members_are_read_in_any_order_also_compressed_ones() {
        let inner = gzip(b"two");
        let members: [(&str, &[u8]); 2] = [("a/one.log", b"one"), ("two.log.gz", &inner)];
        let expected = [("two.log.gz".into(), "two".into()), ("a/one.log".into(), "one".into())];
        for archive in [
            zipped(CompressionMethod::Stored, &members),
            zipped(CompressionMethod::Deflated, &members),
            tarred(&members),
            gzip(&tarred(&members)),
        ] {
            assert_eq!(contents(&archive), expected);
        }
    }

    #[test]
    fn a_workbook_is_no_bundle() {
        let book = zipped(CompressionMethod::Stored, &[("[Content_Types].xml", b"")]);
        assert!(list(Cursor::new(book), &Limits::default()).unwrap().is_none());
    }

    #[test]
    fn a_tar_that_is_cut_tells_what_it_has_and_that_it_is_cut() {
        let archive = tarred(&[("one", &[b'x'; 600]), ("two", b"2")]);
        let cut = archive.get(..900).unwrap();
        let bundle = list(Cursor::new(cut), &Limits::default()).unwrap().unwrap();
        assert_eq!((bundle.members.len(), bundle.error.is_some()), (1, true));
    }

    #[test]
    fn a_tar_that_is_cut_between_members_says_so() {
        let archive = tarred(&[("one", b"1"), ("two", b"2")]);
        for cut in [900, 1024] {
            let bundle = list(Cursor::new(archive.get(..cut).unwrap()), &Limits::default());
            let error = bundle.unwrap().unwrap().error.unwrap();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_bomb_in_a_zip_ends() {
        let bomb = zipped(CompressionMethod::Deflated, &[("a", &vec![0; 32 << 20])]);
        let limits = Limits { ratio_floor_bytes: 1 << 20, ..Limits::default() };
        let bundle = list(Cursor::new(&bomb), &limits).unwrap().unwrap();
        let member = bundle.members.first().unwrap();
        let at = (&Arc::default(), Path::new("a"));
        let mut stream = member.open(Cursor::new(bomb), at, &limits).unwrap();
        let error = io::copy(&mut stream, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
    }
}
