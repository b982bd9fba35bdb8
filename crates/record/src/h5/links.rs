//! Which objects of a file are in that file: a link may lead to another one, or back to where it comes from.

use hdf5::{File, IndexType, IterationOrder, LinkType};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// To an object of the file, or to a link whose target is missing.
    Here,
    /// To another file.
    Elsewhere,
    /// Nowhere: there is no such link.
    Nowhere,
}

/// Links of the groups that were asked for, by the path of the group.
#[derive(Debug, Default)]
pub(crate) struct Links {
    known: Mutex<BTreeMap<String, BTreeMap<String, LinkType>>>,
}

impl Links {
    /// Where `object` leads. No other file is opened for it but by a soft link that goes through an external one.
    pub(crate) fn place(&self, file: &File, object: &str) -> Place {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = String::new();
        let mut is_soft = false;
        for name in object.split('/').filter(|name| !name.is_empty()) {
            match known.entry(place.clone()).or_insert_with(|| links(file, &place)).get(name) {
                None => return Place::Nowhere,
                Some(LinkType::External) => return Place::Elsewhere,
                Some(LinkType::Soft) => is_soft = true,
                Some(LinkType::Hard) => {}
            }
            place.push('/');
            place.push_str(name);
            if is_soft && is_elsewhere(file, &place) {
                return Place::Elsewhere;
            }
        }
        Place::Here
    }
}

/// The links of a group; none of what is no group.
fn links(file: &File, group: &str) -> BTreeMap<String, LinkType> {
    let group = if group.is_empty() { "/" } else { group };
    let found = file.group(group).and_then(|group| group.links(IndexType::Name, IterationOrder::Native));
    found.unwrap_or_default().into_iter().map(|(name, info)| (name, info.link_type)).collect()
}

fn is_elsewhere(file: &File, object: &str) -> bool {
    let number = |object: &str| file.loc_info_by_name(object).map(|found| found.fileno);
    matches!((number("/"), number(object)), (Ok(own), Ok(other)) if own != other)
}
