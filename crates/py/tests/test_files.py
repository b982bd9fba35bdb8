"""What Python writes is there whole or not at all, as what the command line writes."""

import json
import stat
from datetime import datetime, timezone
from pathlib import Path

import h5py
import neuropil as npl
import numpy as np
import pytest

SINCE = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def own_task():
    return npl.Task.from_arrays(np.ones((4, 10, 3)), labels=[0, 1, 0, 1]).changed("training.updates", 1)


@pytest.fixture
def writers(network, own_task):
    """What writes a file of a name: the call, and the names of the files that it makes of `out.x`."""
    recording = network.run(10)
    return {
        "network": (network.to_json, ["out.x"]),
        "task": (own_task.to_json, ["out.data.h5", "out.x"]),
        "recording": (recording.save, ["out.x"]),
        "nwb": (lambda path, **force: recording.to_nwb(path, session_start_time=SINCE, **force), ["out.x"]),
    }


@pytest.fixture(params=["network", "task", "recording", "nwb"])
def writer(request, writers):
    if request.param == "nwb":
        pytest.importorskip("pynwb")
    return writers[request.param]


def files(folder):
    return {own.name: own.read_bytes() for own in folder.iterdir()}


def test_nothing_but_the_file_is_left(writer, tmp_path):
    write, names = writer
    write(tmp_path / "out.x")
    before = files(tmp_path)
    assert sorted(before) == names and all(before.values())
    with pytest.raises(npl.OutputError, match="force=True"):
        write(tmp_path / "out.x")
    assert files(tmp_path) == before
    write(tmp_path / "out.x", force=True)
    assert sorted(files(tmp_path)) == names


def test_what_another_run_has_begun_stays(writer, tmp_path):
    """Once `save("run.h5")` wrote over the `run.h5.part` of a run that was cut."""
    write, _ = writer
    (tmp_path / "out.x.part").write_text("half a run")
    with pytest.raises(npl.OutputError, match=r"out.x.part.*force=True"):
        write(tmp_path / "out.x")
    assert files(tmp_path) == {"out.x.part": b"half a run"}


def test_links_are_followed(writer, tmp_path):
    """Once a link was replaced by a file."""
    write, _ = writer
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "own.x").write_text("old")
    (tmp_path / "out.x").symlink_to(folder / "own.x")
    write(tmp_path / "out.x", force=True)
    assert (tmp_path / "out.x").is_symlink() and (folder / "own.x").read_bytes() != b"old"
    (tmp_path / "broken.x").symlink_to("none.x")
    with pytest.raises(npl.OutputError, match="a link to `none.x`, which is not there"):
        write(tmp_path / "broken.x", force=True)


def test_a_folder_that_is_not_there_is_told(writer, tmp_path):
    write, _ = writer
    with pytest.raises(npl.OutputError, match="none"):
        write(tmp_path / "none" / "out.x")
    with pytest.raises(npl.OutputError):
        write(tmp_path, force=True)
    assert files(tmp_path) == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no devices")
def test_devices_stay_devices(writers, tmp_path):
    """Once `save("/dev/null", force=True)` put a file in the place of the device."""
    for name in ("recording", "nwb"):
        (tmp_path / "null").symlink_to("/dev/null")
        with pytest.raises(npl.OutputError, match="it is a device"):
            writers[name][0](tmp_path / "null", force=True)
        assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)
        (tmp_path / "null").unlink()
    writers["network"][0]("/dev/null")
    with pytest.raises(npl.OutputError, match="No space left"):
        writers["network"][0]("/dev/full")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_refused_task_leaves_its_data_as_they_were(own_task, tmp_path):
    """Both names are looked at before either is written."""
    own_task.to_json(tmp_path / "own.json")
    before = files(tmp_path)
    other = npl.Task.from_arrays(np.ones((2, 5, 3)), labels=[0, 1])
    with pytest.raises(npl.OutputError, match="own.json"):
        other.to_json(tmp_path / "own.json")
    (tmp_path / "own.json").unlink()
    with pytest.raises(npl.OutputError, match="own.data.h5"):
        other.to_json(tmp_path / "own.json")
    assert files(tmp_path) == {"own.data.h5": before["own.data.h5"]}


def test_copies_have_the_rights_of_new_files(network, tmp_path):
    kept = network.run(5).save(tmp_path / "kept.h5")
    (tmp_path / "new").write_text("")
    assert (tmp_path / "kept.h5").stat().st_mode == (tmp_path / "new").stat().st_mode
    with h5py.File(kept.path) as file:
        assert "spikes" in file


def test_only_paths_of_a_task_are_made_absolute(tiny_task, tmp_path):
    """Once any text was, `kind` too, where a file of that name was there."""
    images = Path(__file__).parents[3] / "models" / "tasks" / "mnist_rows.json"
    own = json.loads(images.read_text())
    (tmp_path / "here").mkdir()
    for word in ("images", "analogue", "rows", own["task"]["kind"]):
        (tmp_path / "here" / word).write_text("")
    own["task"]["images"], own["task"]["labels"] = "images", "labels.gz"
    (tmp_path / "here" / "task.json").write_text(json.dumps(own))
    task = npl.Task.from_json(tmp_path / "here" / "task.json")
    (tmp_path / "there").mkdir()
    written = json.loads(task.to_json(tmp_path / "there" / "task.json"))["task"]
    paths = {"images": str(tmp_path / "here" / "images"), "labels": str(tmp_path / "here" / "labels.gz")}
    others = {name for name in written if "images" in name or "labels" in name}
    assert {name: written[name] for name in paths} == paths
    assert all(Path(written[name]).is_absolute() for name in others)
    assert {name: value for name, value in written.items() if name not in others} == {
        name: value for name, value in own["task"].items() if name not in others
    }
