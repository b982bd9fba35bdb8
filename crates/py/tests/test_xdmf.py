"""Peptides in XDMF: what the file points to is what was recorded, where it was."""

import xml.etree.ElementTree as ET
from pathlib import Path

import neuropil as npl
import numpy as np
import pytest
from conftest import MODELS


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Two peptides whole, one in a slice, none of whose axes are of equal length."""
    net = npl.Network(dt_ms=0.1, seed=5)
    places = npl.Box([80, 60, 40], origin_um=[-40, -30, 10])
    cells = net.population("sst", 20, npl.LifExp(i_e_pa=500), cell_type="Sst", sign=-1, positions=places)
    net.population("out", 2, npl.PoissonSource(5))
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[8, 6, 4], spacing_um=[10, 10, 10], origin_um=[-40, -30, 10], step_ms=10)
    record = [
        npl.Field("SST-14", every_ms=20),
        npl.Field("dynorphin A", every_ms=20),
        npl.Field("SST-14", slice=("y", 0), every_ms=50),
        npl.Released(50),
    ]
    return net.run(100, record=[npl.Spikes(cells), *record], file=tmp_path_factory.mktemp("runs") / "run one.h5")


def numbers(item, folder):
    """What a DataItem says, by the rules of XDMF."""
    h5py = pytest.importorskip("h5py")
    shape = tuple(map(int, item.get("Dimensions").split()))
    if item.get("ItemType") == "HyperSlab":
        chosen, source = (numbers(own, folder) for own in item)
        start, stride, count = chosen.astype(int).reshape(3, -1)
        where = tuple(slice(own, own + step * many, step) for own, step, many in zip(start, stride, count, strict=True))
        return source[where].reshape(shape)
    if item.get("Format") == "XML":
        return np.array(item.text.split(), dtype=float).reshape(shape)
    if item.get("Format") == "Binary":
        assert (item.get("Precision"), item.get("Endian")) == ("4", "Little")
        return np.fromfile(folder / item.text, dtype="<f4").reshape(shape)
    file, place = item.text.split(":")
    with h5py.File(folder / file) as opened:
        assert opened[place].shape == shape and opened[place].dtype == np.dtype("<f8")
        return opened[place][()]


@pytest.mark.parametrize(("ending", "named"), [("", ["field.SST-14", "field.dynorphin A"]), (".2", ["slice.SST-14"])])
def test_what_it_points_to_is_what_was_recorded(recording, tmp_path, ending, named):
    written = recording.to_xdmf(tmp_path / "run.xdmf")
    assert [Path(own).name for own in written] == ["run.xdmf", "run.corners.bin", "run.2.xdmf", "run.2.corners.bin"]
    domain = ET.parse(tmp_path / f"run{ending}.xdmf").getroot().find("Domain")
    frames = domain.findall("Grid[@CollectionType='Temporal']/Grid")
    first = recording.fields[named[0]]
    assert [float(own.find("Time").get("Value")) for own in frames] == list(first.times_ms)
    for place, grid in enumerate(frames):
        corners = numbers(grid.find("Geometry/DataItem"), tmp_path)
        assert grid.find("Topology").get("Dimensions").split() == [str(own) for own in corners.shape[:3]]
        # The centre of each voxel is the mean of its eight corners.
        centres = sum(
            corners[i : i - 1 or None, j : j - 1 or None, k : k - 1 or None] for i in (0, 1) for j in (0, 1) for k in (0, 1)
        ) / 8
        expected = np.stack(np.meshgrid(*(first.centres_um(axis) for axis in "xyz"), indexing="ij"), axis=-1)
        assert np.allclose(centres, expected, atol=1e-4)
        values = {own.get("Name"): numbers(own.find("DataItem"), tmp_path) for own in grid.findall("Attribute")}
        assert list(values) == [f"{name.partition('.')[2]} (nM)" for name in named]
        for name, own in zip(named, values.values(), strict=True):
            assert own.shape == centres.shape[:3] and np.array_equal(own.ravel(), recording.fields[name].values[place].ravel())
    cells = domain.find("Grid[@Name='cells of sst']")
    assert np.array_equal(numbers(cells.find("Geometry/DataItem"), tmp_path), recording.populations["sst"]["positions_um"])
    assert domain.find("Grid[@Name='cells of out']") is None


def test_vtk_reads_it(recording, tmp_path):
    """With the reader of ParaView, where it is installed."""
    vtk = pytest.importorskip("vtk")
    from vtk.util.numpy_support import vtk_to_numpy

    (tmp_path / "below").mkdir()
    written = recording.to_xdmf(tmp_path / "below" / "run.xdmf")
    for file, name in ((written[0], "field.SST-14"), (written[2], "slice.SST-14")):
        reader, field = vtk.vtkXdmfReader(), recording.fields[name]
        reader.SetFileName(file)
        reader.UpdateInformation()
        times_ms = reader.GetOutputInformation(0).Get(vtk.vtkStreamingDemandDrivenPipeline.TIME_STEPS())
        assert list(times_ms) == list(field.times_ms)
        for place, time_ms in enumerate(times_ms):
            reader.UpdateTimeStep(time_ms)
            grid = reader.GetOutputDataObject(0).GetBlock(0)
            low_um, high_um = ([own[axis] for axis in range(3)] for own in (grid.GetPoint(0), grid.GetPoint(grid.GetNumberOfPoints() - 1)))
            assert (low_um[0], high_um[0], low_um[2], high_um[2]) == (-40, 40, 10, 50)
            assert np.array_equal(vtk_to_numpy(grid.GetCellData().GetArray("SST-14 (nM)")), field.values[place].ravel())


def test_what_cannot_be_written_is_refused(recording, network, tmp_path):
    with pytest.raises(npl.InputError, match="ends in .xdmf"):
        recording.to_xdmf(tmp_path / "run.h5")
    with pytest.raises(npl.InputError, match=r"no voxels over time \(it has no peptides\)"):
        network.run(10).to_xdmf(tmp_path / "run.xdmf")
    (tmp_path / "run.2.corners.bin").write_text("mine")
    with pytest.raises(npl.OutputError, match="force=True"):
        recording.to_xdmf(tmp_path / "run.xdmf")
    assert [own.name for own in tmp_path.iterdir()] == ["run.2.corners.bin"], "nothing is written before all is looked at"
    assert len(recording.to_xdmf(tmp_path / "run.xdmf", force=True)) == 4
    colon = tmp_path / "a:b"
    colon.mkdir()
    with pytest.raises(npl.InputError, match="found `:` in `a:b/run.h5`"):
        recording.save(colon / "run.h5").to_xdmf(tmp_path / "other.xdmf")
    gone = recording.save(tmp_path / "gone.h5")
    assert len(gone.fields) == 4 and set(gone.populations) == {"out", "sst"}
    (tmp_path / "gone.h5").unlink()
    with pytest.raises(npl.InputError, match=r"gone.h5` is gone"):
        gone.to_xdmf(tmp_path / "other.xdmf")
    assert not list(tmp_path.glob("other*"))


def test_a_name_that_readers_cut_is_refused_before_anything_is_written(tmp_path):
    """Once what came before it was there already."""
    net = npl.Network(dt_ms=1, seed=1)
    net.population("s:st", 2, npl.LifExp(), cell_type="Sst", sign=-1, positions=npl.Box([20, 20, 20]))
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[2, 2, 2], spacing_um=[10, 10, 10], step_ms=10)
    rec = net.run(20, record=npl.Field("SST-14", every_ms=10), file=tmp_path / "run.h5")
    with pytest.raises(npl.InputError, match="found `:` in `/neuropil/populations/s:st/positions_um`"):
        rec.to_xdmf(tmp_path / "run.xdmf")
    assert [own.name for own in tmp_path.iterdir()] == ["run.h5"]


def test_the_way_leads_to_the_recording_through_a_link(recording, tmp_path):
    """From the folder to which the link leads, and back: the names alone lead elsewhere."""
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away")
    recording.save(tmp_path / "run.h5")
    (tmp_path / "same.h5").symlink_to(tmp_path / "run.h5")
    for source in ("run.h5", "same.h5"):
        npl.Recording(tmp_path / source).to_xdmf(tmp_path / "link" / "run.xdmf", force=True)
        item = next(own for own in ET.parse(tmp_path / "link" / "run.xdmf").iter("DataItem") if own.get("Format") == "HDF")
        assert (tmp_path / "link" / item.text.partition(":")[0]).samefile(tmp_path / "run.h5")


def test_a_file_that_is_a_link_is_read_by_both_its_names(recording, tmp_path):
    """Once its ways led from the folder of the link, and its reader by the other name found nothing."""
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "far" / "away" / "other.xdmf").touch()
    (tmp_path / "run.xdmf").symlink_to(tmp_path / "far" / "away" / "other.xdmf")
    recording.save(tmp_path / "run.h5").to_xdmf(tmp_path / "run.xdmf", force=True)
    assert (tmp_path / "run.xdmf").is_symlink()
    for file in (tmp_path / "run.xdmf", tmp_path / "far" / "away" / "other.xdmf"):
        named = [own.text.partition(":")[0] for own in ET.parse(file).iter("DataItem") if own.get("Format") in ("HDF", "Binary")]
        assert {(file.parent / own).resolve().name for own in named} == {"run.h5", "run.corners.bin"}
        assert all((file.parent / own).is_file() for own in named), named


def test_a_temporary_recording_is_refused(tmp_path):
    net = npl.Network(dt_ms=1, seed=1)
    net.population("sst", 2, npl.LifExp(), cell_type="Sst", sign=-1, positions=npl.Box([20, 20, 20]))
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[2, 2, 2], spacing_um=[10, 10, 10], step_ms=10)
    rec = net.run(20, record=npl.Field("SST-14", every_ms=10))
    with pytest.raises(npl.InputError, match="recording in a file"):
        rec.to_xdmf(tmp_path / "run.xdmf")
    assert list(tmp_path.iterdir()) == []
