"""The machine that figures are of."""

import os
import subprocess
from pathlib import Path


def lines_of(path):
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def processor():
    names = [line.split(":", 1)[1].strip() for line in lines_of("/proc/cpuinfo") if line.startswith("model name")]
    return names[0] if names else "unknown"


def memory_bytes(which):
    """MemTotal or MemAvailable; 0 where the system does not tell."""
    found = [line.split()[1] for line in lines_of("/proc/meminfo") if line.startswith(f"{which}:")]
    return int(found[0]) * 1024 if found else 0


def load():
    """Processes that wanted to run, mean of the last minute."""
    return os.getloadavg()[0]


def revision(root):
    """The commit of the sources, and whether they differ from it."""
    git = lambda *arguments: subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def description(root):
    return {"processor": processor(), "cores": os.cpu_count(), "memory_bytes": memory_bytes("MemTotal"),
            "kernel": os.uname().release, "revision": revision(root)}
