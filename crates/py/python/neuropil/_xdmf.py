"""Peptides in space for ParaView and VisIt: XDMF, a small file that points into the recording."""

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ._run import check_output, write
from ._tables import FieldTable
from .errors import InputError

if TYPE_CHECKING:
    from ._network import PathLike
    from ._recording import Recording

_ENDINGS = (".xdmf", ".xmf")


def write_xdmf(recording: "Recording", path: "PathLike", force: bool) -> list[str]:
    """Writes a file for each mesh, and beside it the corners of its voxels; tells what was written."""
    name = os.fspath(path)
    stem, ending = os.path.splitext(name)
    if ending not in _ENDINGS:
        raise InputError(f"path: found {name!r}, expected a name that ends in {' or '.join(_ENDINGS)}, by which ParaView knows it")
    meshes = _meshes(recording.fields.values())
    if not meshes:
        known = ", ".join(recording.fields) or "no peptides"
        raise InputError(
            f"`{recording.path}` has no voxels over time (it has {known}): record npl.Field(peptide, every_ms=...), whole or slice="
        )
    if recording._keeper is not None:
        raise InputError(
            f"to_xdmf: `{recording.path}` is a temporary file, and XDMF points into it; expected a recording in a file: "
            "run(file=...), or recording.save('run.h5').to_xdmf(...)"
        )
    if not os.path.isfile(recording.path):
        raise InputError(f"to_xdmf: `{recording.path}` is gone, and XDMF points into it")
    # A file has one series of times: readers mix up several.
    files = [name, *(f"{stem}.{place}{ending}" for place in range(2, len(meshes) + 1))]
    corners = [f"{os.path.splitext(own)[0]}.corners.bin" for own in files]
    trees = [
        _tree(recording, fields, _from(own, recording.path), _beside(own, beside))
        for fields, own, beside in zip(meshes, files, corners, strict=True)
    ]
    for own in (*files, *corners):
        check_output(own, force)
    for fields, tree, file, beside in zip(meshes, trees, files, corners, strict=True):
        write(beside, _corners(fields[0]).astype("<f4").tobytes(), force)
        write(file, tree, force)
    return [own for pair in zip(files, corners, strict=True) for own in pair]


def _from(file: str, path: str) -> str:
    """The way from a file to another. It leads up from where the folder of the file is, and not from a link to it. A file that is
    a link is read by two names, from two folders: its way is the whole path.
    """
    whole = os.path.realpath(path)
    folder = os.path.realpath(os.path.dirname(file) or ".")
    return (whole if os.path.islink(file) else os.path.relpath(whole, folder)).replace(os.sep, "/")


def _beside(file: str, path: str) -> str:
    """The same of a file beside it."""
    return os.path.realpath(path).replace(os.sep, "/") if os.path.islink(file) else os.path.basename(path)


def _tree(recording: "Recording", fields: list[FieldTable], source: str, corners: str) -> bytes:
    """The file of the fields of one mesh, and of all cells that have a place."""
    root = ET.Element("Xdmf", Version="2.0")
    domain = ET.SubElement(root, "Domain")
    _add_fields(domain, fields, source, corners)
    for population, own in recording.populations.items():
        if own["positions_um"] is not None:
            _add_cells(domain, population, len(own["positions_um"]), source)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def _meshes(fields: Iterable[FieldTable]) -> list[list[FieldTable]]:
    """Fields with voxels, those of the same voxels and times together."""
    alike: dict[Any, list[FieldTable]] = {}
    for own in fields:
        if own.measure != "released" and own.spacing_um is not None and own.frames:
            alike.setdefault((own.axis, own.plane, own.shape, own.every_ms, own.frames), []).append(own)
    return list(alike.values())


def _cells(field: FieldTable) -> list[int]:
    """Voxels along x, y, z; a slice is one thick."""
    return [1 if axis == field.axis else field.shape[field.axes.index(f"{axis}_um")] for axis in "xyz"]


def _corners(field: FieldTable) -> Any:
    """Corners of all voxels, [x, y, z, axis] in um, in the order in which the recording has voxels."""
    assert field.spacing_um is not None
    edges = []
    for axis, count, spacing_um in zip("xyz", _cells(field), field.spacing_um, strict=True):
        edges.append(field.centres_um(axis)[0] + spacing_um * (np.arange(count + 1) - 0.5))
    return np.stack(np.meshgrid(*edges, indexing="ij"), axis=-1)


def _add_fields(domain: ET.Element, fields: list[FieldTable], source: str, corners: str) -> None:
    """A collection over time of the fields of one mesh."""
    first = fields[0]
    where = "" if first.axis is None else f" {first.axis} {first.centres_um(first.axis)[0]:g} um"
    called = f"{first.measure}{where}, every {first.every_ms:g} ms"
    collection = ET.SubElement(domain, "Grid", Name=called, GridType="Collection", CollectionType="Temporal")
    points = " ".join(str(count + 1) for count in _cells(first))
    shape, voxels = (" ".join(map(str, own)) for own in (first.shape, _cells(first)))
    for frame, time_ms in enumerate(first.times_ms):
        grid = ET.SubElement(collection, "Grid", Name=called, GridType="Uniform")
        ET.SubElement(grid, "Time", Value=repr(float(time_ms)))
        ET.SubElement(grid, "Topology", TopologyType="3DSMesh", Dimensions=points)
        geometry = ET.SubElement(grid, "Geometry", GeometryType="XYZ")
        told = {"Format": "Binary", "NumberType": "Float", "Precision": "4", "Endian": "Little"}
        ET.SubElement(geometry, "DataItem", told, Dimensions=f"{points} 3").text = corners
        for own in fields:
            name = f"{own.name.partition('.')[2]} ({own.unit})"
            value = ET.SubElement(grid, "Attribute", Name=name, AttributeType="Scalar", Center="Cell")
            slab = ET.SubElement(value, "DataItem", ItemType="HyperSlab", Dimensions=voxels)
            zeros, ones = (f" {digit}" * len(own.shape) for digit in "01")
            chosen = ET.SubElement(slab, "DataItem", Dimensions=f"3 {1 + len(own.shape)}", Format="XML", NumberType="Int")
            chosen.text = f"{frame}{zeros} 1{ones} 1 {shape}"
            _add_data(slab, f"{own.frames} {shape}", source, f"/neuropil/tissue/{own.name}/data")


def _add_cells(domain: ET.Element, population: str, count: int, source: str) -> None:
    """The cells of a population as points."""
    grid = ET.SubElement(domain, "Grid", Name=f"cells of {population}", GridType="Uniform")
    ET.SubElement(grid, "Topology", TopologyType="Polyvertex", NumberOfElements=str(count))
    geometry = ET.SubElement(grid, "Geometry", GeometryType="XYZ")
    _add_data(geometry, f"{count} 3", source, f"/neuropil/populations/{population}/positions_um")


def _add_data(parent: ET.Element, dimensions: str, source: str, place: str) -> None:
    """Numbers that lie in the recording; refuses names in which readers find the end of the name of the file."""
    for own in (source, place):
        if ":" in own:
            raise InputError(f"to_xdmf: found `:` in `{own}`, where XDMF expects the end of the name of the file")
    told = {"Format": "HDF", "NumberType": "Float", "Precision": "8"}
    ET.SubElement(parent, "DataItem", told, Dimensions=dimensions).text = f"{source}:{place}"
