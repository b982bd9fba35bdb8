"""What the scripts need: a Python environment of their own and the program."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVIRONMENT = HERE / ".venv"


def enter_environment(script):
    """Goes on with `script` in the environment beside this file, which is made if it is not there or not of these requirements."""
    python = ENVIRONMENT / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    mark = ENVIRONMENT / "requirements.txt"
    if not mark.exists() or mark.read_text() != wanted:
        print(f"making {ENVIRONMENT}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"]
        subprocess.run(install, check=True)
        mark.write_text(wanted)
    if Path(sys.prefix) != ENVIRONMENT:
        os.execv(python, [str(python), str(script), *sys.argv[1:]])


def built():
    """The release binary of this repository."""
    build = ["cargo", "build", "--release", "--package", "neuropil-cli", "--message-format", "json-render-diagnostics"]
    lines = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    made = [json.loads(line).get("executable") for line in lines]
    return Path([executable for executable in made if executable][-1])
