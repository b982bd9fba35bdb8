//! What once went wrong, and is told by the name of its file.

mod a_tolerance_that_is_not_met_is_told;
mod circuits;
mod recorded_parts_leave_other_cells_free;
mod keys_of_learning_without_effect_are_refused;
mod learned_weights_are_those_of_the_end;
mod plastic_bounds_fit_signs_and_weights;
mod small_models;
mod sonata_cells_start_where_nest_starts_them;
mod sonata_configurations_are_honoured_or_refused;
mod sonata_input_times_meet_the_grid_as_in_bmtk;
mod sonata_published_circuits_have_the_spikes_of_bmtk;
mod times_beyond_a_run_are_told;
mod windows_of_recordings_lose_no_step;
