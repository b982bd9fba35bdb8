//! A comparison as jobs of Slurm: an array of its runs, and the job that merges them.

use crate::error::CliError;
use crate::screen;
use std::path::Path;

/// One run of a comparison as a command of its own.
pub struct Job {
    /// For a shell.
    pub command: String,
    /// The file that it writes, quoted.
    pub output: String,
}

/// A word of a shell.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Writes the jobs into a folder that does not exist yet.
///
/// # Errors
/// A folder that exists or cannot be written, and a comparison that exists.
pub fn write(folder: &Path, jobs: &[Job], threads: u16, output: &Path) -> Result<(), CliError> {
    let refused = |path: &Path, why: &dyn std::fmt::Display| CliError::Output(format!("`{}`: {why}", path.display()));
    if output.exists() {
        return Err(refused(output, &"exists; the merging job would not replace it"));
    }
    if folder.to_string_lossy().contains(['"', '%', '\\', '\n']) {
        let reason = "expected a folder without \", % and \\, which Slurm reads as patterns";
        return Err(CliError::Input(format!("--slurm: found `{}`, {reason}", folder.display())));
    }
    if let Some(job) = jobs.iter().find(|job| job.command.contains('\n')) {
        let reason = format!("--slurm: found a line break in `{}`, expected a command on one line", job.command);
        return Err(CliError::Input(reason));
    }
    if folder.exists() {
        return Err(refused(folder, &"exists already: choose another folder"));
    }
    let here = std::env::current_dir().map_err(|fault| refused(Path::new("."), &fault))?;
    std::fs::create_dir(folder).map_err(|fault| refused(folder, &fault))?;
    for (name, text) in files(&here, folder, jobs, threads, output) {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|fault| refused(&path, &fault))?;
    }
    screen::print(&format!(
        "wrote {} jobs; `sh {}` submits them",
        jobs.len(),
        quoted(&folder.join("submit.sh").to_string_lossy())
    ))
}

/// The files, each with its name. Paths are those of the folder `here` that the command was called in, to which submitting goes.
fn files(here: &Path, folder: &Path, jobs: &[Job], threads: u16, output: &Path) -> [(&'static str, String); 4] {
    let (place, count) = (folder.display(), jobs.len());
    let [runs, array_script, merge_script] =
        ["runs.txt", "array.sh", "merge.sh"].map(|name| quoted(&folder.join(name).to_string_lossy()));
    let [here, merged] = [here, output].map(|path| quoted(&path.to_string_lossy()));
    let commands: String = jobs.iter().map(|job| job.command.clone() + "\n").collect();
    let outputs: Vec<&str> = jobs.iter().map(|job| job.output.as_str()).collect();
    let array = format!(
        "#!/bin/sh\n\
         # One run of the comparison: the line of runs.txt with the number of the task. A run that was cut goes on.\n\
         #SBATCH --job-name=neuropil\n\
         #SBATCH --array=1-{count}\n\
         #SBATCH --cpus-per-task={threads}\n\
         #SBATCH --requeue\n\
         #SBATCH --open-mode=append\n\
         #SBATCH --output=\"{place}/run_%a.log\"\n\
         set -eu\n\
         command=$(sed -n \"${{SLURM_ARRAY_TASK_ID}}p\" {runs})\n\
         printf '%s\\n' \"$command\"\n\
         eval \"exec $command\"\n"
    );
    let merge = format!(
        "#!/bin/sh\n\
         # Joins the files of all runs, once all have ended. A run that diverged has its file too.\n\
         #SBATCH --job-name=neuropil-merge\n\
         #SBATCH --output=\"{place}/merge.log\"\n\
         set -eu\n\
         exec neuropil merge {} -o {merged}\n",
        outputs.join(" ")
    );
    let submit = format!(
        "#!/bin/sh\n\
         # Submits the runs, and the job that merges them. They take `neuropil` from the PATH of whoever submits.\n\
         set -eu\n\
         cd {here}\n\
         array=$(sbatch --parsable {array_script})\n\
         sbatch --dependency=afterany:\"$array\" {merge_script}\n"
    );
    [("runs.txt", commands), ("array.sh", array), ("merge.sh", merge), ("submit.sh", submit)]
}
