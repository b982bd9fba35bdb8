//! The `neuropil` command: arguments and messages, no science.
//!
//! [`run()`] is the program; [`call`] is one command of it, for Python: what it says is returned and not printed.

mod args;
mod bench;
mod channels;
mod check;
mod cite;
mod compare;
mod comparison;
mod convert;
mod diffuse;
mod doctor;
mod done;
mod error;
mod export;
mod field_plot;
mod gradients;
mod identify;
mod import;
mod inspect;
mod inspect_lesson;
mod interrupt;
mod learn;
mod load;
mod merge;
mod models;
mod peptides;
mod plan;
mod plot;
mod pursue;
mod ranks;
mod report;
mod resume;
mod rules;
mod rules_page;
mod run;
mod say;
mod schema;
mod screen;
mod similar;
mod slurm;
mod summary;
mod taps;
mod train;
mod trials;
mod tune;
mod verify;
mod view;

pub use error::CliError;
pub use screen::Said;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};

/// What is said of other commands that several processes were started with.
const ALONE: &str = "only `run`, `resume`, `train` and `doctor` are one work of several: start this command once";
/// Exit code of a bug in neuropil.
const BUG: u8 = 70;

/// The program: arguments, of which the first is its name, to an exit code.
pub fn run<T: Into<std::ffi::OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> u8 {
    std::panic::set_hook(Box::new(|info| {
        screen::note(&format!("error: this is a bug in neuropil, please report it: {info}"));
        // Other ranks would wait for this one.
        neuropil_mpi::abort(BUG);
    }));
    let command = Cli::parse_from(arguments).command;
    let code = match std::panic::catch_unwind(|| execute(command)) {
        // The first rank ends with the code: whoever ended before would have it stopped while it speaks.
        Ok(Err(_)) if !neuropil_mpi::speaks() => 0,
        Ok(Err(error)) => {
            screen::note(&format!("error: {error}"));
            error.code()
        }
        Ok(Ok(())) => 0,
        Err(_) => BUG,
    };
    neuropil_mpi::end();
    code
}

/// One command with its arguments, without the name of the program. Work that may take long ends early once `stops` is true.
///
/// # Errors
/// As the program; wrong use of the command line is a fault of the input.
pub fn call(arguments: &[String], stops: fn() -> bool) -> (Result<(), CliError>, Said) {
    interrupt::ask(stops);
    screen::heard(|| {
        let words = std::iter::once("neuropil").chain(arguments.iter().map(String::as_str));
        match Cli::try_parse_from(words) {
            Ok(cli) => execute(cli.command),
            Err(told) if told.exit_code() == 0 => screen::print(told.render().to_string().trim_end()),
            Err(fault) => Err(CliError::Input(fault.render().to_string().trim_end().to_owned())),
        }
    })
}

fn execute(command: Command) -> Result<(), CliError> {
    let writes = matches!(
        command,
        Command::Compare(_)
            | Command::Trials(_)
            | Command::Gradients(_)
            | Command::Learn(_)
            | Command::Diffuse(_)
            | Command::Bench(_)
            | Command::Plan(_)
    );
    if writes {
        neuropil_mpi::alone(ALONE).map_err(CliError::input)?;
    }
    match command {
        Command::Run(args) => run::run(&args),
        Command::Resume(args) => resume::resume(&args),
        Command::Import(args) => import::import(&args),
        Command::Diffuse(args) => diffuse::diffuse(&args),
        Command::Peptides(command) => peptides::peptides(&command),
        Command::Plot(args) => plot::plot(&args),
        Command::View(args) => view::view(&args),
        Command::Report(args) => report::report(&args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Check(args) => check::check(&args),
        Command::Cite(args) => cite::cite(&args),
        Command::Export(args) => export::export(&args),
        Command::Convert(args) => convert::convert(&args),
        Command::Train(args) => train::train(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Models(args) => models::models(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Trials(command) => trials::trials(&command),
        Command::Identify(args) => identify::identify(&args),
        Command::Similar(args) => similar::similar(&args),
        Command::Gradients(args) => gradients::gradients(&args),
        Command::Learn(args) => learn::learn(&args),
        Command::Taps(args) => taps::taps(&args),
        Command::Doctor(args) => doctor::doctor(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Schema(args) => screen::print(&args.text()),
        Command::Verify(args) => verify::verify(&args),
        Command::Markdown(args) if args.rules => screen::print(&rules_page::table()),
        Command::Markdown(_) => {
            let options = clap_markdown::MarkdownOptions::new().show_footer(false).title("The neuropil command".into());
            screen::print(clap_markdown::help_markdown_command_custom(&Cli::command(), &options).trim_end())
        }
    }
}
