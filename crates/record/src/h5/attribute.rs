//! Writing attributes.

use hdf5::types::VarLenUnicode;
use hdf5::{Attribute, H5Type, Location};

/// Creates a scalar attribute and returns it, for one that changes later.
pub(crate) fn put<T: H5Type>(place: &Location, name: &str, value: &T) -> hdf5::Result<Attribute> {
    let attribute = place.new_attr::<T>().create(name)?;
    attribute.write_scalar(value)?;
    Ok(attribute)
}

/// Creates a variable-length UTF-8 attribute.
pub(crate) fn put_text(place: &Location, name: &str, text: &str) -> hdf5::Result<()> {
    put(place, name, &unicode(text)?)?;
    Ok(())
}

/// `text` in the form the library stores.
pub(crate) fn unicode(text: &str) -> hdf5::Result<VarLenUnicode> {
    text.parse().map_err(|fault| hdf5::Error::Internal(format!("{fault}")))
}
