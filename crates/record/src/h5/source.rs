//! An HDF5 file opened for reading: every access checks what is there before it allocates.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hdf5::dataset::Layout;
use hdf5::types::{FixedAscii, FixedUnicode, IntSize, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Attribute, Container, Dataset, File, Group, H5Type};

use crate::Error;
use crate::error::reason;
use crate::h5::heaps;
use crate::h5::links::{Links, Place};

const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// Longest fixed-length string that is read, in bytes.
const FIXED: usize = 4096;
/// Strings that are read at once.
const PIECE: usize = 4096;
/// Data a dataset may claim beyond what its file holds: chunks that were never written read as zeros.
const UNWRITTEN: u64 = 64 << 20;
/// No filter in use shrinks data further than deflate can.
const DEFLATE_LIMIT: u64 = 1032;

/// The open file and what the errors need of it.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    bytes: u64,
    /// Where the superblock is.
    base: u64,
    file: File,
    links: Links,
    /// Whether texts may be read, once that was asked.
    heaps: OnceLock<Result<(), Error>>,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let (bytes, base) = check_signature(path)?;
        let file = File::open(path).map_err(|source| {
            let text = source.to_string();
            if text.contains("unable to lock file") {
                Error::Busy { path: path.to_owned() }
            } else if text.contains("truncated file") {
                let lengths = text.split_once("truncated file: ").map_or(text.as_str(), |(_, lengths)| lengths);
                Error::Truncated { path: path.to_owned(), reason: lengths.to_owned() }
            } else {
                Error::Read { path: path.to_owned(), object: "the file".to_owned(), reason: text }
            }
        })?;
        Ok(Self { path: path.to_owned(), bytes, base, file, links: Links::default(), heaps: OnceLock::new() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether something of this name exists, group or dataset.
    pub(crate) fn has(&self, object: &str) -> bool {
        self.links.place(&self.file, object) != Place::Nowhere
    }

    pub(crate) fn group(&self, object: &str) -> Result<Group, Error> {
        self.require(object, "a group")?;
        self.file.group(object).map_err(|source| self.unreadable(object, &source))
    }

    /// Names of the members of a group, alphabetically.
    pub(crate) fn members(&self, object: &str) -> Result<Vec<String>, Error> {
        let names = self.group(object)?.member_names();
        let mut names = names.map_err(|source| self.unreadable(object, &source))?;
        names.sort_unstable();
        Ok(names)
    }

    pub(crate) fn is_group(&self, object: &str) -> bool {
        self.links.place(&self.file, object) == Place::Here && self.file.group(object).is_ok()
    }

    /// What a group or dataset is, under whatever name it is met.
    pub(crate) fn identity(&self, object: &str) -> Result<String, Error> {
        self.require(object, "a group or dataset")?;
        let found = self.file.loc_info_by_name(object).map_err(|source| self.unreadable(object, &source))?;
        Ok(format!("{:?}", found.token))
    }

    /// The dataset, whose claim to size is believable.
    pub(crate) fn dataset(&self, object: &str) -> Result<Dataset, Error> {
        self.require(object, "a dataset")?;
        if self.file.group(object).is_ok() {
            return Err(self.wrong_type(object, "a group", "a dataset"));
        }
        let dataset = self.file.dataset(object).map_err(|source| self.unreadable(object, &source))?;
        self.check_own(object, &dataset)?;
        let filtered = !dataset.filters().is_empty();
        self.check_claim(object, &dataset, if filtered { DEFLATE_LIMIT } else { 1 })?;
        Ok(dataset)
    }

    /// Shape of a dataset.
    pub(crate) fn shape(&self, object: &str) -> Result<Vec<usize>, Error> {
        Ok(self.dataset(object)?.shape())
    }

    /// A numeric dataset of one dimension, in the type that is asked for.
    pub(crate) fn list<T: H5Type + Copy>(&self, object: &str) -> Result<Vec<T>, Error> {
        let dataset = self.dataset(object)?;
        self.check_number(object, &dataset)?;
        if dataset.shape().len() != 1 {
            return Err(self.wrong_type(object, &format!("of shape {:?}", dataset.shape()), "one dimension"));
        }
        dataset.read_raw().map_err(|source| self.unreadable(object, &source))
    }

    /// A string dataset with one entry.
    pub(crate) fn text(&self, object: &str) -> Result<String, Error> {
        let dataset = self.dataset(object)?;
        self.read_text(object, &dataset)
    }

    /// An attribute of a group or dataset, if it has one of this name.
    pub(crate) fn attribute(&self, object: &str, name: &str) -> Result<Option<Attribute>, Error> {
        let find = |place: &hdf5::Location| -> hdf5::Result<Option<Attribute>> {
            // The library cannot tell a missing attribute from an unreadable one.
            if place.attr_names()?.iter().any(|known| known == name) { place.attr(name).map(Some) } else { Ok(None) }
        };
        let found = if self.is_group(object) || object == "/" {
            let group = self.group(object)?;
            find(&group)
        } else {
            self.require(object, "a group or dataset")?;
            let dataset = self.file.dataset(object).map_err(|source| self.unreadable(object, &source))?;
            find(&dataset)
        };
        let attribute = found.map_err(|source| self.unreadable(&at(object, name), &source))?;
        if let Some(attribute) = &attribute {
            self.check_claim(&at(object, name), attribute, 1)?;
        }
        Ok(attribute)
    }

    /// A text attribute, if there is one; for an enumeration the name of its value.
    pub(crate) fn text_attribute(&self, object: &str, name: &str) -> Result<Option<String>, Error> {
        let attribute = self.attribute(object, name)?;
        attribute.map(|attribute| self.read_text(&at(object, name), &attribute)).transpose()
    }

    /// A numeric attribute with one entry, if there is one.
    pub(crate) fn number_attribute<T: H5Type + Copy>(&self, object: &str, name: &str) -> Result<Option<T>, Error> {
        let Some(attribute) = self.attribute(object, name)? else {
            return Ok(None);
        };
        let place = at(object, name);
        self.check_single(&place, &attribute)?;
        self.check_number(&place, &attribute)?;
        let values = attribute.read_raw::<T>().map_err(|source| self.unreadable(&place, &source))?;
        Ok(values.first().copied())
    }

    /// The type of the entries, which must be numbers.
    pub(crate) fn check_number(&self, object: &str, container: &Container) -> Result<TypeDescriptor, Error> {
        let kind = self.kind(object, container)?;
        match kind {
            TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) | TypeDescriptor::Float(_) => Ok(kind),
            TypeDescriptor::Boolean => Ok(TypeDescriptor::Unsigned(IntSize::U1)),
            other => Err(self.wrong_type(object, &format!("of type {other}"), "numbers")),
        }
    }

    pub(crate) fn missing(&self, object: &str, expected: &str) -> Error {
        Error::Missing { path: self.path.clone(), object: object.to_owned(), expected: expected.to_owned() }
    }

    pub(crate) fn wrong_type(&self, object: &str, found: &str, expected: &str) -> Error {
        let (found, expected) = (found.to_owned(), expected.to_owned());
        Error::WrongType { path: self.path.clone(), object: object.to_owned(), found, expected }
    }

    pub(crate) fn length(&self, object: &str, found: usize, expected: String) -> Error {
        Error::Length { path: self.path.clone(), object: object.to_owned(), found, expected }
    }

    /// A fault of the entry `index`, counted in row-major order.
    pub(crate) fn value(&self, object: &str, index: usize, found: String, expected: &str) -> Error {
        let expected = expected.to_owned();
        let index = by_axis(&self.shape(object).unwrap_or_default(), index);
        Error::Value { path: self.path.clone(), object: object.to_owned(), index, found, expected }
    }

    pub(crate) fn unreadable(&self, object: &str, source: &hdf5::Error) -> Error {
        Error::Read { path: self.path.clone(), object: object.to_owned(), reason: reason(source) }
    }

    fn require(&self, object: &str, expected: &str) -> Result<(), Error> {
        match self.links.place(&self.file, object) {
            Place::Here => Ok(()),
            Place::Nowhere => Err(self.missing(object, expected)),
            Place::Elsewhere => Err(self.wrong_type(object, "in another file, to which no link is followed", expected)),
        }
    }

    /// Refuses a dataset whose values lie in other files.
    fn check_own(&self, object: &str, dataset: &Dataset) -> Result<(), Error> {
        let plan = dataset.create_plist().map_err(|source| self.unreadable(object, &source))?;
        if dataset.layout() == Layout::Virtual || !plan.external().is_empty() {
            return Err(self.wrong_type(object, "made of values in other files", "a dataset with its own"));
        }
        Ok(())
    }

    pub(crate) fn kind(&self, object: &str, container: &Container) -> Result<TypeDescriptor, Error> {
        let kind = container.dtype().and_then(|kind| kind.to_descriptor());
        kind.map_err(|source| self.unreadable(object, &source))
    }

    fn check_claim(&self, object: &str, container: &Container, per_byte: u64) -> Result<(), Error> {
        let kind = container.dtype().map_err(|source| self.unreadable(object, &source))?;
        let shape = container.shape();
        // Rows that are not there yet claim their width.
        let mut extents = shape.iter().map(|&extent| u64::try_from(extent.max(1)).ok());
        let claimed = extents.try_fold(kind.size() as u64, |bytes, extent| bytes.checked_mul(extent?));
        let limit = self.bytes.saturating_mul(per_byte).saturating_add(UNWRITTEN);
        let limit = neuropil_files::memory_bytes().map_or(limit, |memory| limit.min(memory));
        if claimed.is_some_and(|bytes| bytes <= limit) {
            return Ok(());
        }
        let claim = format!("the shape {shape:?} of {} bytes each", kind.size());
        Err(Error::Claim { path: self.path.clone(), object: object.to_owned(), claim, file_bytes: self.bytes })
    }

    fn check_single(&self, object: &str, container: &Container) -> Result<(), Error> {
        match container.space().map(|space| space.size()) {
            Ok(1) => Ok(()),
            Ok(entries) => Err(self.wrong_type(object, &format!("a list of {entries}"), "one value")),
            Err(source) => Err(self.unreadable(object, &source)),
        }
    }

    /// A dataset of strings, of one dimension.
    pub(crate) fn texts(&self, object: &str) -> Result<Vec<String>, Error> {
        let dataset = self.dataset(object)?;
        match dataset.shape().len() {
            1 => self.read_texts(object, &dataset),
            _ => Err(self.wrong_type(object, &format!("of shape {:?}", dataset.shape()), "one dimension")),
        }
    }

    fn read_text(&self, object: &str, container: &Container) -> Result<String, Error> {
        self.check_single(object, container)?;
        Ok(self.read_texts(object, container)?.pop().unwrap_or_default())
    }

    /// Reads strings of all kinds. The bytes need not be what the type promises.
    fn read_texts(&self, object: &str, container: &Container) -> Result<Vec<String>, Error> {
        let kind = self.kind(object, container)?;
        if matches!(kind, TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii) {
            self.heaps.get_or_init(|| heaps::check(&self.path, self.base)).clone()?;
        }
        let texts = match kind {
            TypeDescriptor::VarLenUnicode => all::<VarLenUnicode>(container, |text| text.as_bytes()),
            TypeDescriptor::VarLenAscii => all::<VarLenAscii>(container, |text| text.as_bytes()),
            TypeDescriptor::FixedUnicode(length) if length <= FIXED => {
                all::<FixedUnicode<FIXED>>(container, |text| text.as_bytes())
            }
            TypeDescriptor::FixedAscii(length) if length <= FIXED => {
                all::<FixedAscii<FIXED>>(container, |text| text.as_bytes())
            }
            TypeDescriptor::Enum(kind) if matches!(kind.size, IntSize::U1) => {
                let named = |value: u8| kind.members.iter().find(|member| member.value == u64::from(value));
                let name = |value: &u8| named(*value).map(|member| member.name.clone()).unwrap_or_default();
                container.as_reader().read_raw::<u8>().map(|values| values.iter().map(name).collect())
            }
            other => return Err(self.wrong_type(object, &format!("of type {other}"), "text")),
        };
        texts.map_err(|source| self.unreadable(object, &source))
    }
}

/// Indices of an entry along each axis, from its index in row-major order.
fn by_axis(shape: &[usize], index: usize) -> String {
    let mut rest = index;
    let mut along = |extent: &usize| {
        let place = rest % (*extent).max(1);
        rest /= (*extent).max(1);
        place.to_string()
    };
    match shape {
        [] | [_] => index.to_string(),
        _ => {
            let mut places: Vec<String> = shape.iter().rev().map(&mut along).collect();
            places.reverse();
            places.join(", ")
        }
    }
}

/// The place of an attribute in messages.
pub(crate) fn at(object: &str, attribute: &str) -> String {
    format!("{object}@{attribute}")
}

/// Reads in pieces: text of fixed length needs `FIXED` bytes an entry while it is read, however short it is.
fn all<T: H5Type>(container: &Container, bytes: impl Fn(&T) -> &[u8]) -> hdf5::Result<Vec<String>> {
    let clean = |text: &T| String::from_utf8_lossy(bytes(text)).trim_end_matches([' ', '\0']).to_owned();
    let &[entries] = container.shape().as_slice() else {
        return Ok(container.read_raw::<T>()?.iter().map(clean).collect());
    };
    if entries <= PIECE {
        return Ok(container.read_raw::<T>()?.iter().map(clean).collect());
    }
    let mut texts = Vec::new();
    for start in (0..entries).step_by(PIECE) {
        let piece = container.read_slice_1d::<T, _>(start..entries.min(start + PIECE))?;
        texts.extend(piece.iter().map(clean));
    }
    Ok(texts)
}

/// Length of the file, and where it has the HDF5 signature: after a user block of 0, 512, 1024, .. bytes.
pub(crate) fn check_signature(path: &Path) -> Result<(u64, u64), Error> {
    let io = |source: std::io::Error| Error::io(path, "open", &source);
    // Before it is opened: a pipe would wait for a writer.
    let found = fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        return Err(Error::NotHdf5 { path: path.to_owned(), found: "not a regular file".to_owned() });
    }
    let mut file = fs::File::open(path).map_err(io)?;
    let mut place = 0;
    while place < found.len() {
        let mut start = [0; 8];
        file.seek(SeekFrom::Start(place)).map_err(io)?;
        if file.read_exact(&mut start).is_ok() && &start == SIGNATURE {
            return Ok((found.len(), place));
        }
        place = if place == 0 { 512 } else { place * 2 };
    }
    let found = if found.len() == 0 { "it is empty" } else { "it has no HDF5 signature" };
    Err(Error::NotHdf5 { path: path.to_owned(), found: found.to_owned() })
}
