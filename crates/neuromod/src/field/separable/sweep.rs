//! The two sweeps of a step: along z and y within planes, then along x and the loss across them.
//!
//! Lines and columns are copied, with the images beyond their ends, to where they begin with a line of the cache. What
//! comes next is fetched early: without, a sweep waits for the memory most of its time.

use super::super::blend::{blend, blend_line, scaled, unchanged};
use super::super::wall::{Walls, image};
use neuropil_core::memory::{LINE, Numbers, prefetch};
use neuropil_core::simd::{Simd, WithSimd};

/// Numbers of a line of the cache.
const ALIGNED: usize = LINE / size_of::<f64>();
/// Lines along z that are copied before the first of them is read: a read of what was just written would wait.
const LINES: usize = 8;
/// Lanes of a column: with all its neighbours it stays in the second-level cache.
const COLUMN: usize = 128;
/// Numbers ahead that are fetched early along a plane.
const AHEAD: usize = 1024;

/// What a substep does to a slab.
pub(super) struct Sweep {
    pub(super) shape: [usize; 3],
    pub(super) walls: Walls,
    pub(super) weights: [Vec<f64>; 3],
    pub(super) decay: f64,
    /// Images along y and z.
    beyond: [Vec<Image>; 2],
}

/// A place beyond an end of an axis, and what stands there.
#[derive(Clone, Copy)]
struct Image {
    /// Counted from the farthest place below.
    place: usize,
    /// Index on the axis.
    source: usize,
    sign: f64,
}

/// A run of x-planes and the workspace of its thread.
pub(super) struct Slab {
    pub(super) first: usize,
    pub(super) planes: usize,
    /// Where the planes beyond its two ends come from; the sign is an image's.
    beyond: Vec<(Source, f64)>,
    /// Planes copied from other slabs.
    halo: Vec<f64>,
    lines: Numbers,
    plane: Numbers,
    column: Numbers,
}

#[derive(Clone, Copy)]
enum Source {
    /// Plane of the slab itself.
    Own(usize),
    /// Plane of the grid, kept in the halo at this place.
    Other { plane: usize, halo: usize },
}

impl Sweep {
    pub(super) fn new(shape: [usize; 3], walls: Walls, weights: [Vec<f64>; 3], decay: f64) -> Self {
        let beyond = [1, 2].map(|axis: usize| {
            let (n, reach) = (shape[axis], weights[axis].len());
            let below = (0..reach).map(|place| (place, place.cast_signed() - reach.cast_signed()));
            let above = (n..n + reach).map(|index| (reach + index, index.cast_signed()));
            let image = |(place, index)| {
                let (source, sign) = image(index, n, walls[axis]);
                Image { place, source, sign }
            };
            below.chain(above).map(image).collect()
        });
        Self { shape, walls, weights, decay, beyond }
    }

    /// Numbers before the first voxel in the copy of a line, and numbers of the line in whole vectors.
    fn line(&self) -> [usize; 2] {
        [self.weights[2].len(), self.shape[2]].map(|count| count.next_multiple_of(ALIGNED))
    }
}

impl Slab {
    pub(super) fn new(sweep: &Sweep, first: usize, planes: usize) -> Self {
        let [nx, ny, nz] = sweep.shape;
        let reach = [0, 1].map(|axis| sweep.weights[axis].len());
        let mut others = 0;
        let below = (1..=reach[0]).rev().map(|j| first.cast_signed() - j.cast_signed());
        let above = (0..reach[0]).map(|j| (first + planes + j).cast_signed());
        let beyond = below.chain(above).map(|index| {
            let (plane, sign) = image(index, nx, sweep.walls[0]);
            if (first..first + planes).contains(&plane) {
                return (Source::Own(plane - first), sign);
            }
            others += 1;
            (Source::Other { plane, halo: others - 1 }, sign)
        });
        let beyond = beyond.collect();
        let [lead, line] = sweep.line();
        Self {
            first,
            planes,
            beyond,
            halo: vec![0.0; others * ny * nz],
            lines: Numbers::zeroed(LINES * (line + 2 * lead)),
            plane: Numbers::zeroed((ny + 2 * reach[1]) * line),
            column: Numbers::zeroed((planes + 2 * reach[0]) * COLUMN),
        }
    }

    pub(super) fn copy_halo(&mut self, field: &[f64], size: usize) {
        for (source, _) in &self.beyond {
            if let Source::Other { plane, halo } = *source {
                self.halo[halo * size..(halo + 1) * size].copy_from_slice(&field[plane * size..(plane + 1) * size]);
            }
        }
    }
}

/// Along z and y, plane by plane.
pub(super) struct WithinPlanes<'s> {
    pub(super) sweep: &'s Sweep,
    pub(super) own: &'s mut [f64],
    pub(super) slab: &'s mut Slab,
}

impl WithSimd for WithinPlanes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [_, ny, nz] = self.sweep.shape;
        for first in (0..self.own.len()).step_by(ny * nz) {
            for line in (0..ny).step_by(LINES) {
                self.along_z(simd, first, line..ny.min(line + LINES));
            }
            self.along_y(simd, first);
        }
    }
}

impl WithinPlanes<'_> {
    /// Lines of the plane that begins at `first`, into its copy.
    #[inline(always)]
    fn along_z<S: Simd>(&mut self, simd: S, first: usize, lines: std::ops::Range<usize>) {
        let Self { sweep, own, slab } = self;
        let (nz, [lead, whole]) = (sweep.shape[2], sweep.line());
        let [_, along_y, along_z] = &sweep.weights;
        let below = lead - along_z.len();
        let (plane, copies) = (&mut slab.plane[along_y.len() * whole..], &mut slab.lines[..]);
        for (line, copy) in lines.clone().zip(copies.chunks_exact_mut(whole + 2 * lead)) {
            let at = first + line * nz;
            fetch(own, at + AHEAD, nz);
            let values = &own[at..at + nz];
            copy[lead..lead + nz].copy_from_slice(values);
            let (low, high) = sweep.beyond[1].split_at(along_z.len());
            for (to, Image { source, sign, .. }) in copy[below..].iter_mut().zip(low) {
                *to = sign * values[*source];
            }
            for (to, Image { source, sign, .. }) in copy[lead + nz..].iter_mut().zip(high) {
                *to = sign * values[*source];
            }
        }
        let to = plane[lines.start * whole..].chunks_exact_mut(whole).take(lines.len());
        for (to, copy) in to.zip(copies.chunks_exact(whole + 2 * lead)) {
            blend_line(simd, to, &copy[below..], along_z);
        }
    }

    /// The copy of the plane, back to where it begins.
    #[inline(always)]
    fn along_y<S: Simd>(&mut self, simd: S, first: usize) {
        let Self { sweep, own, slab } = self;
        let ([_, ny, nz], along_y, row) = (sweep.shape, &sweep.weights[1], sweep.line()[1]);
        let copy = &mut slab.plane[..];
        for Image { place, source, sign } in &sweep.beyond[0] {
            let source = (along_y.len() + source) * row;
            copy.copy_within(source..source + row, place * row);
            if *sign < 0.0 {
                copy[place * row..(place + 1) * row].iter_mut().for_each(|value| *value = -*value);
            }
        }
        for (y, line) in own[first..first + ny * nz].chunks_exact_mut(nz).enumerate() {
            blend(simd, line, &copy[y * row..], row, along_y, unchanged);
        }
    }
}

/// Along x, column by column, and the loss.
pub(super) struct AcrossPlanes<'s> {
    pub(super) sweep: &'s Sweep,
    pub(super) own: &'s mut [f64],
    pub(super) slab: &'s mut Slab,
}

impl WithSimd for AcrossPlanes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let size = self.sweep.shape[1] * self.sweep.shape[2];
        let weights = &self.sweep.weights[0];
        let decay = simd.splat_f64s(self.sweep.decay);
        for first in (0..size).step_by(COLUMN) {
            let lanes = COLUMN.min(size - first);
            self.copy_column(first, lanes);
            let column = &self.slab.column[..];
            for x in 0..self.slab.planes {
                let at = x * size + first;
                fetch(self.own, at + COLUMN, lanes);
                let from = &column[x * COLUMN..];
                blend(
                    simd,
                    &mut self.own[at..at + lanes],
                    from,
                    COLUMN,
                    weights,
                    #[inline(always)]
                    |value| scaled(simd, value, decay),
                );
            }
        }
    }
}

impl AcrossPlanes<'_> {
    #[inline(always)]
    fn copy_column(&mut self, first: usize, lanes: usize) {
        let Self { sweep, own, slab } = self;
        let (size, reach) = (sweep.shape[1] * sweep.shape[2], sweep.weights[0].len());
        let column = &mut slab.column[..];
        for x in 0..slab.planes {
            let lane = (reach + x) * COLUMN;
            column[lane..lane + lanes].copy_from_slice(&own[x * size + first..][..lanes]);
        }
        for (place, (source, sign)) in slab.beyond.iter().enumerate() {
            let from = match *source {
                Source::Own(plane) => &own[plane * size + first..][..lanes],
                Source::Other { halo, .. } => &slab.halo[halo * size + first..][..lanes],
            };
            let lane = if place < reach { place } else { slab.planes + place } * COLUMN;
            for (to, from) in column[lane..lane + lanes].iter_mut().zip(from) {
                *to = sign * from;
            }
        }
    }
}

/// Asks for `count` numbers from `first` on, as far as there are some.
#[inline(always)]
fn fetch(values: &[f64], first: usize, count: usize) {
    let wanted = values.get(first..values.len().min(first + count)).unwrap_or_default();
    wanted.chunks_exact(ALIGNED).for_each(prefetch);
}
