//! Finds the entries of a bundle's zip, and everything that the writer would not have written so. Looks at headers only, never at
//! content: in a file that it accepts, no byte outside the stored data could be different.
use crate::adapters::zipfile::content::Entry;
use crate::adapters::zipfile::layout::Facts;
use crate::adapters::zipfile::{MAX_ENTRIES, MAX_ENTRY, MAX_RATIO, MAX_TOTAL, layout};
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::names;
use std::collections::{BTreeMap, BTreeSet};

/// The entries by name, or every defect.
pub(super) fn scan(file: &[u8]) -> Result<BTreeMap<String, Entry>, Vec<Defect>> {
    let mut scan = Scan { file, ..Scan::default() };
    match scan.container() {
        Ok(()) if scan.defects.is_empty() => second_opinion(file, scan.entries),
        Ok(()) => Err(scan.defects),
        Err(last) => {
            scan.defects.push(Defect::container(last));
            Err(scan.defects)
        }
    }
}

#[derive(Default)]
struct Scan<'a> {
    file: &'a [u8],
    entries: BTreeMap<String, Entry>,
    defects: Vec<Defect>,
    /// Raw names seen.
    seen: BTreeSet<&'a [u8]>,
    /// The previous entry's place in the order.
    order: Option<(u8, &'a [u8])>,
    /// Where the previous entry ends.
    end: usize,
    total: u64,
}

impl<'a> Scan<'a> {
    /// An error is a defect after which the search can't continue.
    fn container(&mut self) -> Result<(), DefectKind> {
        let file = self.file;
        if !file.starts_with(b"PK\x03\x04") {
            self.defects.push(Defect::container(DefectKind::Start));
        }
        let (tail_at, tail) = file.len().checked_sub(layout::END).and_then(|at| Some((at, file.get(at..)?))).ok_or(DefectKind::End)?;
        let (Some(count), Some(size), Some(offset)) = (layout::u16_at(tail, 10), layout::u32_at(tail, 12), layout::u32_at(tail, 16)) else {
            return Err(DefectKind::End);
        };
        if !tail.starts_with(b"PK\x05\x06") {
            return Err(DefectKind::End);
        }
        let canonical = layout::end(count, size, offset);
        self.defects.extend(layout::differences("end", tail, &canonical).into_iter().map(Defect::container));
        limit("the number of entries", u64::from(count), MAX_ENTRIES)?;
        let start = offset as usize;
        if start.checked_add(size as usize) != Some(tail_at) {
            let wanted = (tail_at as u64).saturating_sub(u64::from(size));
            return Err(DefectKind::Header { header: "end", field: "directory offset", found: u64::from(offset), wanted, hint: None });
        }
        let mut at = start;
        for _ in 0..count {
            at = self.entry(at, start).ok_or(DefectKind::Directory(at as u64))?;
        }
        if at != tail_at {
            return Err(DefectKind::Directory(at as u64));
        }
        if self.end < start {
            self.defects.push(Defect::container(DefectKind::Unowned((start - self.end) as u64)));
        }
        for (name, other) in names::collisions(self.entries.keys().map(String::as_str)) {
            self.defects.push(Defect::of(name, DefectKind::Collision(other.into())));
        }
        for name in [names::MANIFEST, names::SUMS] {
            if !self.seen.contains(name.as_bytes()) {
                self.defects.push(Defect::of(name, DefectKind::Absent));
            }
        }
        Ok(())
    }

    /// Reads the central header at `at` and the entry that it describes; gives the offset of the next header.
    fn entry(&mut self, at: usize, directory: usize) -> Option<usize> {
        let header = self.file.get(at..at.checked_add(layout::CENTRAL)?)?;
        let facts = Facts::of_central(header).filter(|_| header.starts_with(b"PK\x01\x02"))?;
        let name_at = at + layout::CENTRAL;
        let raw = self.file.get(name_at..name_at + usize::from(facts.name_len))?;
        let mut found = layout::differences("central", header, &facts.central());
        if ![layout::STORED, layout::DEFLATED].contains(&facts.method) {
            let (field, found_method) = ("method", u64::from(facts.method));
            found.push(DefectKind::Header {
                header: "central",
                field,
                found: found_method,
                wanted: u64::from(layout::DEFLATED),
                hint: None,
            });
        }
        found.extend(self.sizes(&facts));
        found.extend(self.name(raw));
        let place = self.place(&facts, raw, directory, &mut found);
        let label = raw.escape_ascii().to_string();
        if let (Some((start, data)), true) = (place, found.is_empty()) {
            self.entries.insert(label.clone(), Entry { method: facts.method, crc: facts.crc, size: u64::from(facts.size), start, data });
        } else if let Ok(name) = names::check(raw) {
            // Kept only to search for name collisions: with a defect, no entry is given out.
            let none = Entry { method: facts.method, crc: 0, size: 0, start: 0, data: 0..0 };
            self.entries.entry(name.into()).or_insert(none);
        }
        self.defects.extend(found.into_iter().map(|what| Defect { entry: label.clone(), what }));
        let more = |field| layout::u16_at(header, field).map(usize::from);
        Some(name_at + raw.len() + more(30)? + more(32)?)
    }

    fn sizes(&mut self, facts: &Facts) -> Vec<DefectKind> {
        let (packed, size) = (u64::from(facts.packed), u64::from(facts.size));
        self.total += size;
        let mut found: Vec<_> = [
            limit("its size in bytes", size, MAX_ENTRY),
            limit("its size for its stored bytes", size, packed.saturating_mul(MAX_RATIO)),
            limit("the size of all content up to here in bytes", self.total, MAX_TOTAL),
        ]
        .into_iter()
        .filter_map(Result::err)
        .collect();
        if facts.method == layout::STORED && packed != size {
            found.push(DefectKind::Size { found: Some(packed), wanted: size });
        }
        found
    }

    fn name(&mut self, raw: &'a [u8]) -> Option<DefectKind> {
        let rank = match raw {
            b"SHA256SUMS" => 2,
            b"evid.json" => 1,
            _ => 0,
        };
        let late = self.order.replace((rank, raw)).is_some_and(|last| last >= (rank, raw));
        if !self.seen.insert(raw) {
            return Some(DefectKind::Duplicate);
        }
        names::check(raw).err().map(DefectKind::Name).or(late.then_some(DefectKind::Order))
    }

    /// Compares the local header; gives its offset and where the stored bytes are.
    fn place(
        &mut self,
        facts: &Facts,
        name: &[u8],
        directory: usize,
        found: &mut Vec<DefectKind>,
    ) -> Option<(usize, std::ops::Range<usize>)> {
        let start = facts.offset as usize;
        if start != self.end {
            found.push(DefectKind::Place { found: start as u64, wanted: self.end as u64 });
        }
        let name_at = start.checked_add(layout::LOCAL)?;
        let data = name_at.checked_add(name.len())?;
        let end = data.checked_add(facts.packed as usize)?;
        let (Some(header), Some(local_name), true) = (self.file.get(start..name_at), self.file.get(name_at..data), end <= directory) else {
            found.push(DefectKind::Overrun);
            return None;
        };
        found.extend(layout::differences("local", header, &facts.local()));
        if local_name != name {
            // As another reader would see it: with the length in the local header.
            let len = layout::u16_at(header, 26).map_or(0, usize::from);
            let seen = self.file.get(name_at..name_at + len).unwrap_or(local_name);
            found.push(DefectKind::LocalName(seen.escape_ascii().to_string()));
        }
        self.end = end;
        Some((start, data..end))
    }
}

fn limit(what: &'static str, found: u64, most: u64) -> Result<(), DefectKind> {
    if found > most { Err(DefectKind::Limit { what, found, most }) } else { Ok(()) }
}

/// The zip library, which works as other tools do, must see the same entries.
fn second_opinion(file: &[u8], entries: BTreeMap<String, Entry>) -> Result<BTreeMap<String, Entry>, Vec<Defect>> {
    let look = || {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file))?;
        archive.validate_header_consistency()?;
        Ok(archive.offset() == 0
            && archive.file_names_raw().collect::<BTreeSet<&[u8]>>().into_iter().eq(entries.keys().map(String::as_bytes)))
    };
    let cause = match look() {
        Ok(true) => return Ok(entries),
        Ok(false) => "other entries".to_owned(),
        Err(e) => zip::result::ZipError::to_string(&e),
    };
    Err(vec![Defect::container(DefectKind::Disputed(cause))])
}
