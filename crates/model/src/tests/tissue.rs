//! The section `peptides` of a model file.

use super::{shipped, shipped_text};
use crate::{Document, Model};
use neuropil_engine::Tissue;

fn document(text: &str) -> Document {
    let name =
        |(file, _): &(std::path::PathBuf, String)| file.file_stem().is_some_and(|stem| stem == "cortical_peptides");
    let (file, _) = shipped().into_iter().find(name).unwrap();
    Document::parse(&file.to_string_lossy(), text.into()).unwrap()
}

/// What is said of the shipped network with one text replaced by another.
fn made(from: &str, to: &str) -> Result<Option<Tissue>, String> {
    let text = shipped_text("cortical_peptides");
    assert!(text.contains(from), "{from}");
    let model = Model::decode(document(&text.replacen(from, to, 1))).map_err(|faults| faults.to_string())?;
    let design = model.design::<f64>(model.seed, 1.0).map_err(|faults| faults.to_string())?.design;
    model.tissue(&design).map_err(|faults| faults.to_string())
}

/// All cells of the slab take part; the file that was found is what the document then names, and is one of those read.
#[test]
fn the_slab_has_its_peptides() {
    let tissue = made("\"step_ms\": 10", "\"step_ms\": 5").unwrap().unwrap();
    assert_eq!((tissue.ids().len(), tissue.chain().field().layers().len()), (10_400, 17));
    assert_eq!((tissue.chain().pace().steps, tissue.chain().pace().field_step_ms), (50, 5.0));
    assert!(tissue.listening());
    let model = Model::decode(document(&shipped_text("cortical_peptides"))).unwrap();
    let file = model.files().pop().unwrap();
    assert!(file.is_absolute() && file.ends_with("models/peptides/cortex.json"), "{file:?}");
    assert!(model.document.to_json().contains(file.to_str().unwrap()));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let says = |from: &str, to: &str, expected: &str| {
        let message = made(from, to).unwrap_err();
        assert!(message.contains(expected), "{message}");
    };
    says("peptides/cortex.json", "peptides/cortx.json", "peptides.file: cannot read");
    says("peptides/cortex.json", "networks/first_network.json", "first_network.json:1:1: : `tissue` is missing");
    says("\"step_ms\": 10", "\"step_ms\": 0.25", "peptides.step_ms: found 0.25, must be a multiple of dt_ms = 0.1");
    says("\"step_ms\": 10", "\"spet_ms\": 10", "did you mean `step_ms`?");
    says("[32, 32, 80]", "[32, 0, 80]", "peptides.shape_voxels: expected 3 whole numbers > 0");
    says("[32, 32, 80]", "[32, 32, 70]", "populations.lamp5.positions: population `lamp5`, cell ");
    says("\"step_ms\": 10", "\"release_points\": 0", "peptides.release_points: must be 1 to 4096");
    says(
        "occupancy.Cckbr",
        "occupancy.Cckar",
        "record.states.1.variables: there is no `occupancy.Cckar`; did you mean `Cckbr`?",
    );
    says("\"messenger.Gs\"", "\"messenger.Gi\"", "record.states.1: `messenger.Gi` of `pyr_l23` is recorded twice");
    says("concentration_nm.NPY", "concentration.NPY", "lif_exp has no variable `concentration.NPY`");
    says("\"every_ms\": 50}", "\"every_ms\": 55}", "must be a multiple of the field step = 10 ms");
    says("\"GRP\", ", "\"Grp\", ", "record.field.0.species: there is no species `Grp`");
    says(
        "\"at_um\": 200",
        "\"at_um\": 401",
        "record.field.0.slice.at_um: found 401 um, but the field is from 0 to 400 um along y",
    );
    says(
        "\"cell_type\": \"Vip\"",
        "\"cell_type\": \"VIP\"",
        "the cells of `vip` take no part in the exchange of peptides",
    );
}

/// Voxels beyond a fifth of sqrt(D*/k) are warned of, with the number.
#[test]
fn coarse_voxels_are_warned_of() {
    let text = shipped_text("cortical_peptides").replace("[12.5, 12.5, 12.5]", "[25, 25, 25]");
    let warnings = Model::decode(document(&text)).unwrap().warnings;
    let said = |warning: &crate::Fault| warning.message.contains("`NPY`: voxels of 25 um are coarse");
    assert!(warnings.iter().any(said), "{warnings:?}");
    let fine = Model::decode(document(&shipped_text("cortical_peptides"))).unwrap().warnings;
    assert!(!fine.iter().any(|warning| warning.message.contains("coarse")), "{fine:?}");
}

/// Two populations of 4 and 3 cells, with `peptides` as given beside the file; `{place}` stands for positions.
fn small(section: &str, placed: bool) -> Result<Tissue, String> {
    let peptides = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/peptides/cortex.json");
    let place = r#", "positions": {"shape": "box", "size_um": [80, 80, 80]}"#;
    let place = if placed { place } else { "" };
    let text = format!(
        r#"{{"simulation": {{"dt_ms": 1, "seed": 3}},
          "populations": {{
            "sst": {{"cells": 4, "model": "lif_exp", "cell_type": "Sst"{place}}},
            "vip": {{"cells": 3, "model": "lif_exp", "cell_type": "Vip"{place}}}
          }},
          "peptides": {{"file": "{peptides}", {section}}}}}"#
    );
    let document = Document::parse("small.json", text).unwrap();
    let model = Model::decode(document).map_err(|faults| faults.to_string())?;
    let design = model.design::<f64>(model.seed, 1.0).map_err(|faults| faults.to_string())?.design;
    Ok(model.tissue(&design).map_err(|faults| faults.to_string())?.unwrap())
}

/// Molecules of a species in the field, over those released and not lost since: a burst of cell 0 is deposited at 10 ms.
fn kept(tissue: &mut Tissue, species: &str, field_steps: i32) -> f64 {
    let burst: Vec<(u64, u32)> = (1..=10).map(|step| (step, 0)).collect();
    tissue.spiked(&burst, 1.0);
    (0..=field_steps).for_each(|_| tissue.field_step());
    let chain = tissue.chain();
    let own = chain.peptides().species.iter().position(|own| own.name == species).unwrap();
    let released: f64 = chain.totals().iter().skip(own).step_by(chain.peptides().species.len()).sum();
    assert!(released > 0.0);
    let loss = chain.peptides().species[own].params.loss.0 * 10.0;
    chain.field().amount(own) / (released * (-loss * f64::from(field_steps)).exp())
}

const BOX: &str = r#""shape_voxels": [8, 8, 8], "spacing_um": [10, 10, 10]"#;

/// One compartment holds all that was released and not lost, and everybody hears the same; cells need no positions.
#[test]
fn the_mean_field_is_one_compartment() {
    let mut tissue = small(r#""level": "mean_field", "volume_um3": 512000"#, false).unwrap();
    assert!((kept(&mut tissue, "SST-14", 30) - 1.0).abs() < 1e-12);
    let chain = tissue.chain();
    let heard: Vec<f64> = chain.cells().iter().map(|cell| chain.field().sample(2, &cell.site)).collect();
    assert!(heard.len() == 7 && heard.iter().all(|c| *c > 0.0 && *c == heard[0]), "{heard:?}");
}

/// Without exchange nothing passes; with much, both compartments become alike.
#[test]
fn compartments_exchange() {
    let level = |rate: f64| {
        format!(
            r#""level": "compartments", "compartments": [
                {{"name": "a", "volume_um3": 1e5, "populations": "sst"}}, {{"name": "b", "volume_um3": 2e5, "populations": "vip"}}],
              "exchange": [{{"between": "a", "and": "b", "um3_per_ms": {rate}}}]"#
        )
    };
    for (rate, least, most) in [(0.0, 0.0, 0.0), (1e5, 0.999, 1.001)] {
        let mut tissue = small(&level(rate), false).unwrap();
        assert!((kept(&mut tissue, "SST-14", 20) - 1.0).abs() < 1e-12);
        let field = tissue.chain().field();
        let own = tissue.chain().peptides().species.iter().position(|own| own.name == "SST-14").unwrap();
        let [a, b] = field.concentration(own) else { panic!("two compartments") };
        assert!((least..=most).contains(&(b / a)), "{a} {b}");
    }
}

/// An absorbing wall takes of its species only; closed and periodic walls take nothing.
#[test]
fn walls_are_of_a_species() {
    let walls = r#""walls": [{"axis": "x", "low": "periodic", "high": "periodic"}, {"species": "NPY", "axis": "z", "low": "absorb"}]"#;
    let section = format!("{BOX}, {walls}");
    assert!((kept(&mut small(&section, true).unwrap(), "SST-14", 200) - 1.0).abs() < 1e-12);
    let npy = kept(&mut small(&section, true).unwrap(), "NPY", 200);
    assert!(npy < 0.9 && npy > 0.0, "{npy}");
    let fixed = format!(r#"{BOX}, "walls": [{{"species": "NPY", "axis": "y", "high": "fixed", "high_nm": 5}}]"#);
    assert!(kept(&mut small(&fixed, true).unwrap(), "NPY", 100) > 1.0, "it comes in");
}

/// Regions are solved by the fallback, which conserves, and where the fluid is twice as much.
#[test]
fn regions_are_of_another_tissue() {
    let region =
        r#""regions": [{"low_um": [0, 0, 0], "high_um": [40, 80, 80], "volume_fraction": 0.4, "tortuosity": 2}]"#;
    let mut tissue = small(&format!("{BOX}, {region}"), true).unwrap();
    assert_eq!(tissue.chain().field().layers()[0].solver.info().name, "crank_nicolson");
    assert!((kept(&mut tissue, "SST-14", 50) - 1.0).abs() < 1e-12);
    let space = tissue.chain().field().space();
    assert!((space.molecules_per_nm(0) / space.molecules_per_nm(511) - 2.0).abs() < 1e-12);
    let even = small(&format!(r#"{BOX}, "solver": "crank_nicolson""#), true).unwrap();
    assert_eq!(even.chain().field().layers()[0].solver.info().name, "crank_nicolson");
    assert_eq!(small(BOX, true).unwrap().chain().field().layers()[0].solver.info().name, "separable_kernel");
}

/// 2 molecules/ms of one cell over 35 ms; 0.5 of each of three from 40 ms on, at field steps of 10 ms. Pulses shorter than a step, or beside
/// the grid, release what they say. Would catch a rate that is read once a step.
#[test]
fn a_table_drives_release_without_spikes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drive.csv");
    let run = |rows: &str| {
        std::fs::write(&path, format!("time_ms,population,cell,species,molecules_per_ms\n{rows}")).unwrap();
        small(&format!(r#"{BOX}, "drive": "{}""#, path.display()), true)
    };
    let mut tissue = run("50,sst,3,NPY,0\n15,sst,3,NPY,2\n40,vip,*,VIP,0.5\n").unwrap();
    (0..6).for_each(|_| tissue.field_step());
    let chain = tissue.chain();
    let name = |list: Vec<&str>, wanted: &str| list.iter().position(|own| *own == wanted).unwrap();
    let species = |wanted| name(chain.peptides().species.iter().map(|own| own.name.as_str()).collect(), wanted);
    let types = |wanted| name(chain.peptides().cell_types.iter().map(|own| own.name.as_str()).collect(), wanted);
    let total = |cell_type, own| chain.totals()[types(cell_type) * chain.peptides().species.len() + species(own)];
    assert_eq!([total("Sst", "NPY"), total("Vip", "VIP"), total("Sst", "VIP")], [70.0, 30.0, 0.0]);
    for (rows, expected) in [
        ("12,sst,3,NPY,5000\n13,sst,3,NPY,0\n", 5000.0),
        ("10,sst,3,NPY,5000\n11,sst,3,NPY,0\n", 5000.0),
        ("19,sst,3,NPY,2500\n21,sst,3,NPY,0\n", 5000.0),
        ("5,sst,3,NPY,500\n27,sst,3,NPY,0\n", 11_000.0),
        ("11,sst,3,NPY,100\n12,sst,3,NPY,300\n14,sst,3,NPY,0\n16,sst,3,NPY,50\n18,sst,3,NPY,0\n", 800.0),
        ("10,sst,3,NPY,500\n20,sst,3,NPY,0\n", 5000.0),
    ] {
        let mut tissue = run(rows).unwrap();
        (0..6).for_each(|_| tissue.field_step());
        let found: f64 = tissue.chain().totals().iter().sum();
        assert!((found - expected).abs() < 1e-9 * expected, "{rows}{found}, not {expected}");
    }
    let wrong = |rows: &str, expected: &str| {
        let message = run(rows).unwrap_err();
        assert!(message.contains("peptides.drive") && message.contains(expected), "{message}");
    };
    wrong("0,sst,0,NPY,-1\n", "line 2: molecules_per_ms is \"-1\", must be >= 0");
    wrong("0,sst,9,NPY,1\n", "cell is \"9\", must be * or below 4");
    wrong("0,sst,0,NPX,1\n", "there is no species `NPX`");
    wrong("0,pv,0,NPY,1\n", "there is no population `pv`");
    wrong("0,sst,0\n", "found 3 columns, expected 5");
    assert!(small(&format!(r#"{BOX}, "drive": "no.csv""#), true).unwrap_err().contains("cannot read"));
}

#[test]
fn impossible_rooms_are_refused() {
    let wrong = |section: &str, expected: &str| {
        let message = small(section, true).unwrap_err();
        assert!(message.contains(expected), "{message}");
    };
    wrong(r#""level": "mean_feild", "volume_um3": 1"#, "did you mean `mean_field`?");
    wrong(r#""level": "mean_field""#, "`volume_um3` is missing");
    wrong(r#""level": "mean_field", "volume_um3": -1"#, "found -1, must be > 0");
    wrong(
        r#""level": "compartments", "compartments": [{"name": "a", "volume_um3": 1e5, "populations": "sst"}]"#,
        "`vip`: its cells take part in the exchange of peptides and are in no compartment",
    );
    wrong(
        r#""level": "compartments", "compartments": [{"name": "a", "volume_um3": 1e5, "populations": ["sst", "vip"]}], "exchange": [{"between": "a", "and": "b", "um3_per_ms": 1}]"#,
        "there is no compartment `b`",
    );
    wrong(&format!(r#"{BOX}, "walls": [{{"axis": "x", "low": "periodic"}}]"#), "axis x: one face is periodic");
    wrong(
        &format!(r#"{BOX}, "walls": [{{"axis": "x", "low": "absorb", "low_nm": 3}}]"#),
        "only a wall that is `fixed` has a concentration",
    );
    wrong(&format!(r#"{BOX}, "walls": [{{"axis": "x", "low": "fixed", "low_nm": -3}}]"#), "found -3, must be >= 0");
    wrong(&format!(r#"{BOX}, "walls": [{{"species": "NPX", "axis": "x"}}]"#), "did you mean `NPY`?");
    let region = r#""regions": [{"low_um": [0, 0, 0], "high_um": [40, 80, 80], "volume_fraction": 1.4}]"#;
    wrong(&format!("{BOX}, {region}"), "found 1.4, must be above 0, at most 1");
    let uneven = region.replace("1.4", "0.4");
    wrong(&format!(r#"{BOX}, {uneven}, "solver": "separable_kernel""#), "`regions` need crank_nicolson");
    wrong(&format!("{BOX}, \"origin_um\": [50, 0, 0]"), "outside of the field");
}
