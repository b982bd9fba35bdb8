//! What once went wrong, and is told by the name of its file.
//!
//! Some of what went wrong is tested where it must be. A trial of the whole by newcomers found these, and each stays found:
//!
//! | What went wrong | Its test |
//! |---|---|
//! | A refused comparison emptied the file of finished runs | `cli/tests/it/refused.rs`; `py/tests/test_public.py`, `test_training.py`: `test_a_refused_comparison_..` |
//! | A part of a population meant all of it, and one of another network was taken | `cli/tests/it/parts.rs`; `py/tests/test_parts.py`; `recorded_parts_leave_other_cells_free` |
//! | Rates were over windows beyond the end, and gaps counted as silence; pictures and synchrony counted other steps than rates | `windows_of_recordings_lose_no_step`, `pictures_count_the_steps_of_their_window`; `test_public.py`: `test_windows_..`, `test_gaps_..` |
//! | Spikes of a session met a target of another time | `cli/tests/it/learning.rs`; `times_beyond_a_run_are_told` |
//! | `learn` failed on a run with a replay, and named populations falsely | `cli/tests/it/replay.rs`, `learning.rs` |
//! | Weights, masks, types and constants could not be given as arrays | `cli/tests/it/arrays.rs`; `train/tests/it/training/given.rs`; `test_arrays.py` |
//! | Tasks of arrays held the path of a temporary file | `test_public.py`: `test_tasks_of_arrays_last` |
//! | One of two fields was lost; `check` found less than `run` refuses | `test_public.py`: `test_all_that_is_asked_for_is_recorded`, `test_check_finds_what_run_refuses` |
//! | Rates of hundreds of Hz, silence, vanishing slopes, exploding gradients were not told | `train/src/remarks.rs`; `small_slopes_of_free_runs_are_told`; `test_public.py`: `test_networks_of_arrays_..`, `test_what_nobody_wants_is_said` |
//! | One thing was done in two ways; a third factor could not be pickled | `test_public.py`: `test_set_changes_in_place_..`, `test_files_of_json_..`, `test_third_factors_are_pickled` |
//! | Errors of Python did not say what was meant; pictures had two panels of one label | `test_public.py`, `test_errors.py`; `report/src/panels.rs`, `axis.rs` |
//! | Cells without `V_m` started elsewhere than in NEST | `sonata_cells_start_where_nest_starts_them` |
//! | Input times were rounded otherwise than by bmtk; IntFire1 circuits had no remedy | `sonata_input_times_meet_the_grid_as_in_bmtk` |
//! | Places of SONATA populations of several models were lost | `sonata_populations_of_several_models_have_places` |
//! | Members of SONATA configurations were passed over, and ids, times and delays without effect | `sonata_configurations_are_honoured_or_refused`, `sonata_published_circuits_have_the_spikes_of_bmtk` |
//! | A full disk left a file that could not be read, and no error | `cli/tests/it/full_disk.rs`, `endings.rs` |
//! | An output that is no file was replaced; inputs without end were read | `cli/tests/it/special_files.rs`; `test_files.py`: `test_devices_stay_devices` |
//! | A finite gain of a finite level was infinite; a faulty readout made a target untrue | `gains_that_leave_no_number_are_refused`, `a_faulty_readout_brings_one_fault` |
//! | Of several edits made together the first were made though a later one was refused | `test_interventions.py`: `test_edits_are_made_together_or_not_at_all` |
//! | A state that is no number was a panic | `cli/tests/it/endings.rs`, `peptides.rs` |
//! | Groups of HDF5 that hold themselves were walked for ever | `record/tests/it/links.rs` |
//! | A flipped byte of a text ended in the HDF5 library | `record/tests/it/damage.rs`, `tests/fuzz` |
//! | Signals other than Ctrl-C lost the run; two comparisons wrote one file; formulas in CSV; padding; no `.part` | `cli/tests/it/together.rs`, `export.rs`, `small_files.rs`, `resume.rs` |
//! | Parts of a model that never act passed: cell types, regions, edits, points of a grid, `multapses` | `cell_types_that_peptides_do_not_know_are_told`, `edits_between_field_steps_are_refused`, `a_receptor_that_nobody_hears_is_not_held`, `regions_without_a_voxel_are_refused`, `places_are_as_many_as_cells`, `synapses_are_counted_as_they_are` |
//! | Keys and options without effect passed | `keys_of_learning_without_effect_are_refused`, `inputs_that_never_act_are_refused`, `tasks_have_what_they_ask_for`, `cli/tests/it/unheeded.rs`; `test_refused.py` |

mod a_faulty_readout_brings_one_fault;
mod a_receptor_that_nobody_hears_is_not_held;
mod a_third_factor_meets_a_mean_of_eligibility;
mod a_tolerance_that_is_not_met_is_told;
mod a_weight_of_zero_from_inhibitory_cells_excites;
mod cell_types_that_peptides_do_not_know_are_told;
mod circuits;
mod coarse_field_steps_are_told;
mod edits_between_field_steps_are_refused;
mod files_of_cells_are_what_they_say;
mod gains_that_leave_no_number_are_refused;
mod inputs_that_never_act_are_refused;
mod keys_of_learning_without_effect_are_refused;
mod learned_weights_are_those_of_the_end;
mod losses_of_free_runs_that_grew_are_told;
mod mu_reaches_cells_without_a_type;
mod pictures_count_the_steps_of_their_window;
mod places_are_as_many_as_cells;
mod plastic_bounds_fit_signs_and_weights;
mod recorded_parts_leave_other_cells_free;
mod recorded_weights_have_a_panel;
mod regions_without_a_voxel_are_refused;
mod shipped_networks_that_learn_pass_their_own_check;
mod small_models;
mod small_slopes_of_free_runs_are_told;
mod small_tissue;
mod sonata_cells_start_where_nest_starts_them;
mod sonata_configurations_are_honoured_or_refused;
mod sonata_input_times_meet_the_grid_as_in_bmtk;
mod sonata_populations_of_several_models_have_places;
mod sonata_published_circuits_have_the_spikes_of_bmtk;
mod synapses_are_counted_as_they_are;
mod tasks_have_what_they_ask_for;
mod times_beyond_a_run_are_told;
mod weights_onto_sizes_keep_their_sign;
mod windows_of_recordings_lose_no_step;
