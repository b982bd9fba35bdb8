//! Peptide files, and the models made of tables.

use crate::Document;
use crate::peptides::{CLASSES, Group, PeptideModel, connectome, connectome_text, cortex, decode};
use neuropil_neuromod::Peptides;
use neuropil_neuromod::receptor::GClass;

const EXPRESSION: &str = include_str!("../../../../models/peptides/data/np_expression_by_type.csv");
const PAIRS: &str = include_str!("../../../../models/peptides/data/np_cognate_pairs.csv");
const EDGES: &str = include_str!("../../../../models/peptides/data/celegans_np_short_range_edges.csv");

fn read(text: String) -> Result<PeptideModel, String> {
    let document = Document::parse("peptides.json", text).map_err(|faults| faults.to_string())?;
    decode(document).map_err(|faults| faults.to_string())
}

fn made(threshold: f64, groups: &[Group<'_>]) -> Peptides {
    read(cortex(EXPRESSION, PAIRS, threshold, groups).unwrap()).unwrap().peptides
}

/// The number of cognate pairs from each type to each, counted independently of the model's channels. Would catch
/// another mean, threshold or grouping.
#[test]
fn eight_cortical_types_have_their_channels() {
    let expected = [
        [3, 3, 2, 3, 2, 1, 2, 1],
        [3, 3, 2, 3, 2, 1, 1, 1],
        [3, 3, 2, 3, 2, 1, 1, 1],
        [1, 1, 1, 1, 1, 0, 0, 0],
        [4, 5, 3, 3, 2, 1, 5, 2],
        [4, 6, 4, 5, 1, 4, 8, 4],
        [5, 6, 5, 6, 4, 4, 2, 2],
        [4, 4, 2, 2, 2, 1, 3, 2],
    ];
    assert_eq!(made(0.4, &CLASSES).pair_counts(), expected);
    let mut groups = CLASSES;
    groups[5].classes = &["Sst"];
    assert_eq!(made(0.4, &groups).pair_counts(), expected, "one type among 21 changes nothing");
    groups = CLASSES;
    groups[7].classes = &["Lamp5", "Sncg", "Serpinf1"];
    let found = made(0.4, &groups).pair_counts();
    let different = (0..64).filter(|at| found[at / 8][at % 8] != expected[at / 8][at % 8]);
    let different: Vec<_> = different.map(|at| (at / 8, at % 8, found[at / 8][at % 8])).collect();
    assert_eq!(different, [(4, 7, 3), (5, 7, 5), (7, 7, 3)]);
}

/// Values of the types, to two digits; 18 precursors, 29 receptors and 37 pairs at threshold 0; classes with corrections.
#[test]
fn weights_and_classes_are_those_of_the_tables() {
    let peptides = made(0.4, &CLASSES);
    let index = |name: &str| peptides.cell_types.iter().position(|own| own.name == name).unwrap();
    let releases = |name: &str, species: &str| {
        let own = peptides.cell_types[index(name)].releases.iter();
        let mut own = own.filter(|cargo| peptides.species[cargo.species].name == species);
        own.next().map(|cargo| (cargo.molecules_per_vesicle / 50.0).round() / 100.0)
    };
    assert_eq!([releases("Sst", "SST-14"), releases("Vip", "CRH")], [Some(0.90), Some(0.81)]);
    assert_eq!([releases("Pyr_L6", "GRP"), releases("Pyr_L4", "PACAP-38")], [None, Some(0.83)]);
    let npy = peptides.species.iter().find(|own| own.name == "NPY").unwrap();
    assert!((npy.params.diffusivity_free.0 - 0.198).abs() < 1e-9, "{npy:?}");
    assert!((npy.diffusivity_effective() - 0.0685).abs() < 1e-4);
    let all = made(0.0, &CLASSES);
    assert_eq!((all.species.len(), all.receptors.len()), (18, 29));
    assert_eq!(all.receptors.iter().map(|own| own.ligands.len()).sum::<usize>(), 37);
    let class = |name: &str| all.receptors.iter().find(|own| own.name == name).unwrap().class;
    assert_eq!([class("Cckbr"), class("Pth1r"), class("Rxfp3")], [GClass::Gq, GClass::Gs, GClass::Gi]);
}

/// The file that is shipped is the one that the tables make.
#[test]
fn the_shipped_model_is_made_of_the_tables() {
    let shipped = include_str!("../../../../models/peptides/cortex.json");
    assert!(shipped == cortex(EXPRESSION, PAIRS, 0.4, &CLASSES).unwrap(), "models/peptides/cortex.json is out of date");
    let warnings: Vec<String> = read(shipped.into()).unwrap().warnings.into_iter().map(|fault| fault.message).collect();
    // No type passes the threshold at the other end of these.
    let expected = [
        "no cell type releases a ligand of `Trhr2`",
        "no cell type releases a ligand of `Ntsr1`",
        "no cell type has a receptor for `neurokinin B`",
        "no cell type has a receptor for `substance P`",
    ];
    assert_eq!(warnings, expected);
}

/// 302 neurons and as many channels as the table has edges.
#[test]
fn the_worm_has_its_edges() {
    let worm = connectome(EDGES, GClass::Gq).unwrap();
    assert_eq!(worm.cell_types.len(), 302);
    assert_eq!(worm.channels().len(), 31_417);
    assert_eq!(worm.faults(), []);
    assert_eq!(read(connectome_text(EDGES, GClass::Gq).unwrap()).unwrap().peptides, worm, "as a file");
    let name = |index: usize| worm.cell_types[index].name.as_str();
    let first = worm.channels().into_iter().find(|c| (name(c.sender), name(c.receiver)) == ("I1L", "I5")).unwrap();
    let densities = worm.cell_types.iter().flat_map(|own| &own.expresses).map(|own| own.density);
    let least = densities.fold(1.0, f64::min);
    assert!((first.strength / 5000.0 - least).abs() < 1e-12, "one pair is the least");
}

#[test]
fn faulty_tables_name_the_line() {
    let fault = |expression: &str, pairs: &str| cortex(expression, pairs, 0.4, &CLASSES).unwrap_err().to_string();
    assert!(fault("x,y", PAIRS).contains("table of expression, line 1"));
    assert!(fault(&EXPRESSION.replacen("0.022", "2.2", 1), PAIRS).contains("line 3: found \"2.2\", expected 0 to 1"));
    assert!(fault(EXPRESSION, &PAIRS.replacen(",S,", ",X,", 1)).contains("line 2: class is \"X\""));
    assert!(fault(&EXPRESSION.replace("Lamp5", "Lamp6"), PAIRS).contains("no type is of class `Lamp5`"));
    let unknown = fault(&EXPRESSION.replace("\nCckbr,", "\nCckbrr,"), PAIRS);
    assert!(
        unknown.contains("table of pairs, line") && unknown.contains("no gene `Cckbr`; did you mean `Cckbrr`?"),
        "{unknown}"
    );
    let edges = connectome("sender,receiver,n_pairs\nA,B,0\n", GClass::Gi).unwrap_err().to_string();
    assert!(edges.contains("line 2: found \"0\""), "{edges}");
    assert!(connectome("sender,receiver,n_pairs\n", GClass::Gi).is_err());
}

const SMALL: &str = r#"{
  "tissue": {"volume_fraction": 0.2},
  "species": [
    {"name": "P", "loss_per_ms": 1e-5, "uptake": {"vmax_nm_per_ms": 4, "km_nm": 200}},
    {"name": "Q"}
  ],
  "receptors": [
    {"name": "R", "g_class": "Gs", "ligands": [{"species": "P", "k_d_nm": 1}], "desensitisation": {"k_recover_per_ms": 1e-6}},
    {"name": "S", "g_class": "Gq", "ligands": [{"species": "Q", "k_d_nm": 1}], "hill": 2}
  ],
  "cell_types": [
    {"name": "a", "releases": [{"species": "P", "molecules_per_vesicle": 10}], "release": {"mode": "stochastic"},
     "signed": {"mode": "baseline", "tau_ms": 1000, "weights": {"Gs": 1}}},
    {"name": "b", "expresses": [{"receptor": "R", "density": 0.5}], "effects": {"threshold_gs_mv": 0}}
  ],
  "messengers": {"Gs": [{"tau_ms": 600}, {"tau_on_ms": 2000, "tau_off_ms": 9000}]},
  "gain": 2
}"#;

#[test]
fn everything_a_file_may_say_is_read() {
    let peptides = read(SMALL.into()).unwrap().peptides;
    assert_eq!(peptides.species[0].uptake.as_ref().unwrap().km.0, 200.0);
    assert_eq!(peptides.receptors[0].desensitisation.as_ref().unwrap().k_recover.0, 1e-6);
    assert_eq!(peptides.cell_types[0].release.mode.0, 1.0);
    assert_eq!(peptides.cell_types[1].effects.threshold_gs.0, 0.0);
    assert_eq!(peptides.messengers[1].stages()[1].tau_off, 9000.0);
    assert_eq!(peptides.channels()[0].strength, 10.0);
    assert_eq!(peptides.faults(), []);
}

#[test]
fn faults_name_field_and_what_was_meant() {
    for (from, to, expected) in [
        ("\"P\", \"k_d_nm\"", "\"O\", \"k_d_nm\"", "there is no species `O`"),
        ("\"Gs\", \"ligands\"", "\"Gx\", \"ligands\"", "receptors.0.g_class: found \"Gx\", must be one of Gi, Gs, Gq"),
        ("\"loss_per_ms\": 1e-5", "\"loss\": 1e-5", "did you mean `loss_per_ms`?"),
        ("\"loss_per_ms\": 1e-5", "\"loss_per_ms\": -1", "loss_per_ms = -1 1/ms, must be >= 0"),
        ("[{\"species\": \"Q\", \"k_d_nm\": 1}]", "[]", "the receptor has no ligand"),
        ("\"density\": 0.5", "\"density\": 1.5", "found 1.5, must be between 0 and 1"),
        ("\"receptor\": \"R\"", "\"receptor\": \"T\"", "there is no receptor `T`; there are: R, S"),
        ("{\"name\": \"Q\"}", "{\"name\": \"P\"}", "`P` stands here twice"),
        ("0.2}", "0}", "tissue.volume_fraction: found 0, must be above 0"),
        ("\"stochastic\"", "\"random\"", "must be one of mean, stochastic"),
        ("\"tau_ms\": 600", "\"tau_ms\": 0", "messengers.Gs.0.tau_ms: found 0, must be > 0"),
        ("\"hill\": 2", "\"hill\": 2, \"desensitisation\": {}", "cannot desensitise"),
    ] {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL);
        let found = read(text).unwrap_err();
        assert!(found.contains(expected), "{from} -> {to}: {found}");
    }
}

/// Would catch a receptor that nobody speaks to passing unseen.
#[test]
fn deaf_ends_are_warned_of() {
    let text = SMALL.replacen("\"receptor\": \"R\"", "\"receptor\": \"S\"", 1);
    let warnings: Vec<String> = read(text).unwrap().warnings.into_iter().map(|fault| fault.message).collect();
    assert_eq!(warnings, ["no cell type releases a ligand of `S`", "no cell type has a receptor for `P`"]);
}
