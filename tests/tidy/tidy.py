"""Checks of the tree that no compiler makes. Usage: tidy.py CHECK [ROOT]; status 1 when something was found.

Each check is a function that yields findings, `path:line: what is wrong`. tidy_test.py shows that each finds
what it should.
"""

import pathlib
import re
import subprocess
import sys

# Who may include whom: the rows of ARCHITECTURE.md. A room may always include itself.
BASE = {"guard", "sdk"}
BELOW = {"media", "pms", "plugin", "store", "pipeline", "ops"} | BASE
SERVED = {"http"} | BELOW  # For the rooms that answer requests.
EVERYTHING = {"ingress", "conversation", "delivery", "communication", "jobs", "admin"} | SERVED
MAY_INCLUDE = {
    "main": EVERYTHING | {"app", "cli", "dialogue"},
    "cli": EVERYTHING | {"app", "dialogue"},
    "dialogue": EVERYTHING | {"app"},
    "app": EVERYTHING,
    "ingress": SERVED,
    "conversation": BELOW,
    "delivery": BELOW,
    "communication": BELOW,
    "jobs": BELOW,
    "admin": SERVED,
    "http": BASE,
    "media": BASE | {"store", "pipeline", "ops"},
    "pms": BASE | {"plugin", "store", "pipeline", "ops"},
    "plugin": BASE | {"pipeline", "ops"},
    "store": BASE | {"pipeline", "ops"},
    "pipeline": BASE | {"ops"},
    "ops": BASE | {"pipeline"},
    "guard": {"sdk"},
}

# sdk/tool reads and loads plugins as the host does, and knows nothing above that.
TOOL_MAY_INCLUDE = BASE | {"plugin", "pipeline", "ops"}

# What sdk/include may use besides the standard library.
SDK_LIBRARIES = {"nlohmann"}

# Providers and products. The host knows kinds of plugins, never these.
VENDORS = re.compile(
    r"whatsapp|waha|twilio|gmail|vapi|qloapps|airtable|slack|rasa|pagerduty|opsgenie|facebook|openai|whisper"
    r"|espeak|telegram|graph api",
    re.IGNORECASE,
)

UNFINISHED = re.compile(r"(?<!\")\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")  # In quotes it is data.
LONGEST = 600  # Lines of a source file.

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
CPP = {".hpp", ".cpp", ".h", ".c"}
TEXT = CPP | {".py", ".md", ".cmake", ".yaml", ".json", ".sql", ".txt", ".sh", ""}
SKIPPED = {".git", "build", "node_modules", "__pycache__", ".cache", ".pytest_cache"}


def files(root, *folders, suffixes=TEXT):
    """The source files under `folders` of `root` (all of it without), sorted, without what builds leave."""
    for folder in folders or [""]:
        for path in sorted((root / folder).rglob("*")):
            kept = not SKIPPED & set(path.relative_to(root).parts)
            if kept and path.suffix in suffixes and path.is_file():
                yield path


def lines(path):
    return enumerate(path.read_text(errors="replace").splitlines(), start=1)


def includes(path):
    """(line, name, whether it stands in quotes) of each #include."""
    for number, line in lines(path):
        if match := INCLUDE.match(line):
            yield number, match[1] or match[2], match[1] is not None


def room_of(root, path):
    parts = path.relative_to(root / "host").parts
    return parts[0] if len(parts) > 1 else "main"


def check_includes(root):
    """Includes follow the rows; a .cpp takes its own header first, which shows that the header stands alone."""
    yield from check_host_includes(root)
    yield from check_plugin_includes(root)
    yield from check_tool_includes(root)
    for path in files(root, "sdk/include", suffixes=CPP):
        for number, name, quoted in includes(path):
            first = name.split("/")[0]
            if first == "conserje" or ("/" in name and first in SDK_LIBRARIES | {"sys"}) or "/" not in name:
                continue
            yield f"{path}:{number}: the SDK includes {name}; it may use the standard library and nlohmann/json"
    for path in files(root, "host", "plugins", "sdk/tool", suffixes={".cpp"}):
        header = path.with_suffix(".hpp")
        taken = [name for _, name, _ in includes(path)]
        if header.exists() and (not taken or not str(header).endswith("/" + taken[0])):
            yield f"{path}:1: the first include must be its own header, {header.name}"


def check_host_includes(root):
    rooms = {path.name for path in (root / "host").iterdir() if path.is_dir()}
    for path in files(root, "host", suffixes=CPP):
        room = room_of(root, path)
        if room not in MAY_INCLUDE:
            yield f"{path}:1: '{room}' is no room of the table in tests/tidy/tidy.py"
            continue
        for number, name, quoted in includes(path):
            first = name.split("/")[0]
            if first == "..":
                yield f"{path}:{number}: {name}: name the room instead of climbing to it"
            elif quoted and first in rooms - MAY_INCLUDE[room] - {room}:
                yield f"{path}:{number}: '{room}' may not include '{first}' ({name})"
            elif first in {"plugins", "sdk"}:
                yield f"{path}:{number}: the host knows plugins by <conserje/...> alone ({name})"


def check_tool_includes(root):
    rooms = {path.name for path in (root / "host").iterdir() if path.is_dir()}
    for path in files(root, "sdk/tool", suffixes=CPP):
        for number, name, quoted in includes(path):
            first = name.split("/")[0]
            if quoted and first in rooms - TOOL_MAY_INCLUDE:
                yield f"{path}:{number}: sdk/tool may not include '{first}' ({name})"


def check_plugin_includes(root):
    for path in files(root, "plugins", suffixes=CPP):
        kind, plugin = path.relative_to(root / "plugins").parts[:2]
        own = [root / "plugins" / kind / plugin, root / "plugins" / kind / "common"]
        for number, name, quoted in includes(path):
            if not quoted or name.startswith("conserje/"):
                continue
            near = [path.parent / name] + [folder / name for folder in own]
            inside = [file.resolve() for file in near if file.exists()]
            if not any(folder.resolve() in file.parents for file in inside for folder in own):
                yield f"{path}:{number}: a plugin includes the SDK and its own folder, not {name}"


def check_vendors(root):
    """No vendor's name in host/, in code or in a comment."""
    for path in files(root, "host", suffixes=CPP | {".sql", ".txt"}):
        for number, line in lines(path):
            if match := VENDORS.search(line):
                yield f"{path}:{number}: a vendor's name in the host: {match[0]}"


def check_unfinished(root):
    """Nothing is left for later in a file; that is what issues are for."""
    for path in files(root):
        for number, line in lines(path):
            if match := UNFINISHED.search(line):
                yield f"{path}:{number}: {match[0]}"


# Written by sdk/schema/generate; the schema is what people read.
GENERATED = re.compile(r"sdk/include/conserje/\w+_types\.hpp$")


def check_length(root):
    """A source file is short enough to be read at once."""
    for path in files(root, suffixes=CPP | {".py"}):
        if GENERATED.search(str(path)):
            continue
        if (count := sum(1 for _ in lines(path))) > LONGEST:
            yield f"{path}:{count}: more than {LONGEST} lines"


# The structs come from sdk/schema/generate; the layout is a table; a release stays as it was.
NOT_BY_CLANG_FORMAT = re.compile(r"sdk/(include/conserje/\w+_types\.hpp|tests/layout\.h|abi/releases/.*)$")


def check_format(root):
    """Layout is clang-format's."""
    sources = [str(path) for path in files(root, suffixes=CPP) if not NOT_BY_CLANG_FORMAT.search(str(path))]
    found = subprocess.run(
        ["clang-format-16", "--style=file", "--dry-run", *sources], capture_output=True, text=True, check=True
    )
    yield from (line for line in found.stderr.splitlines() if "warning:" in line)


def check_shell(root):
    """Each shell script parses, stops at the first error, and can be run."""
    for path in files(root, suffixes={"", ".sh"}):
        first = path.read_text(errors="replace").partition("\n")[0]
        if not re.match(r"#!.*\b(ba)?sh\b", first):
            continue
        parsed = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        yield from parsed.stderr.splitlines()
        if not re.search(r"^set -e", path.read_text(), re.MULTILINE):
            yield f"{path}:1: without set -e, an error passes unseen"
        if not path.stat().st_mode & 0o100:
            yield f"{path}:1: not executable"


CHECKS = {name.removeprefix("check_"): value for name, value in globals().items() if name.startswith("check_")}


def main(check, root="."):
    findings = list(CHECKS[check](pathlib.Path(root).resolve()))
    print("\n".join(findings) or f"{check}: nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
