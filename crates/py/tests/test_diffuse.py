"""The field of recorded spikes, from Python."""

import neuropil as npl
import pytest
from conftest import MODELS


@pytest.fixture
def recording():
    """Of cells that release, of which some were not recorded."""
    net = npl.Network(dt_ms=0.1, seed=5)
    places = npl.Box([80, 80, 80], origin_um=[-40, -40, 10])
    pyr = net.population("pyr", 30, npl.LifExp(), cell_type="Pyr_L23", sign=1, positions=places)
    sst = net.population("sst", 20, npl.LifExp(), cell_type="Sst", sign=-1, positions=places)
    net.input(npl.PoissonInput(20, in_degree=500, weight_pa=60), to=[pyr, sst])
    walls = [{"axis": "x", "low": "absorb"}]
    cortex = MODELS / "peptides" / "cortex.json"
    net.peptides(cortex, shape_voxels=[8, 8, 8], spacing_um=[10, 10, 10], origin_um=[-40, -40, 10], walls=walls)
    return net.run(50, record=npl.Spikes("pyr"))


def test_what_is_said_of_the_recording_is_kept(recording):
    """Once every note and every warning was lost."""
    with pytest.warns(npl.NeuropilWarning, match="^the recording has no spikes of `sst`"):
        field = npl.diffuse(recording)
    assert any("the recording has no spikes of `sst`" in own for own in field.notes), field.notes
    assert field.cost["wall_s"] > 0 and "released" in field.fields


def test_remarks_are_warnings_too(recording):
    with pytest.warns(npl.NeuropilWarning, match="sst is silent"):
        field = npl.diffuse(recording)
    assert "warning: sst is silent" in field.notes


def test_other_voxels_leave_the_walls(recording):
    section = npl.diffuse(recording, spacing_um=20).network.to_dict()["peptides"]
    assert section["walls"] == [{"axis": "x", "low": "absorb"}] and section["shape_voxels"] == [4, 4, 4]
    with pytest.raises(npl.InputError, match="spacing_um 30: the room of the run, 80 x 80 x 80 um"):
        npl.diffuse(recording, spacing_um=30)


def test_names_that_are_none_are_refused(recording, tmp_path):
    with pytest.raises(npl.ArgumentError, match="diffuse: there is no argument `spacing`; did you mean `spacing_um`"):
        npl.diffuse(recording, file=tmp_path / "field.h5", spacing=20)
    assert list(tmp_path.iterdir()) == []


def test_one_variable_of_peptides_is_recorded_once(recording):
    net = recording.network
    twice = [npl.State("sst", "messenger.Gi"), npl.State(net["sst"][:3], "messenger.Gi", every_ms=20)]
    with pytest.raises(npl.InputError, match="`messenger.Gi` of `sst` is recorded twice"):
        net.run(10, record=twice)
