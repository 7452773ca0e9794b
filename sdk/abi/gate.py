#!/usr/bin/python3
"""The compatibility gate: the SDK as it stands is held against every release that is recorded here.

  sdk/abi/gate.py check      findings, `path: what is wrong`; status 1 when there are any
  sdk/abi/gate.py record     writes the SDK as it stands into the release that is open, or begins the next one
  sdk/abi/gate.py freeze     closes the open release: from then on it never changes

A release is a folder releases/N: the header, the schemas, the ABI of the witness library (abidw), and release.json
with the hash of all that. While a release is open, an incompatible change is allowed; it means to record the release
again, to say so in CHANGELOG.md (the line with the release's fingerprint), and to build the museum again
(tests/museum/rebuild). What cannot be checked is a finding: no tool, no release or no museum never passes.

--sdk, --museum and --changelog name other places, for the gate's own tests.
"""
import argparse
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import schemas
import witness

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Broken(Exception):
    """Why a check could not be made, or a release could not be recorded."""


# ---- Releases


def releases_of(sdk):
    """The recorded releases, oldest first. Broken: there are none, or one of them is missing."""
    folders = {int(path.name): path for path in (sdk / "abi/releases").glob("*") if path.name.isdigit()}
    if not folders:
        raise Broken(f"{sdk / 'abi/releases'}: no release is recorded; needed: at least one (sdk/abi/gate.py record)")
    missing = sorted(set(range(1, max(folders) + 1)) - set(folders))
    if missing:
        raise Broken(f"{sdk / 'abi/releases'}: release {missing[0]} is missing; needed: every one that ever was")
    return [folders[number] for number in sorted(folders)]


def contents(release):
    """The files of a release whose bytes its fingerprint covers."""
    return sorted(path for path in release.rglob("*") if path.is_file() and path.name != "release.json")


def fingerprint(release):
    whole = hashlib.sha256()
    for path in contents(release):
        data = path.read_bytes()
        whole.update(f"{path.relative_to(release)} {len(data)}\n".encode() + data)
    return whole.hexdigest()


def said(release):
    """release.json. Broken: it cannot be read."""
    try:
        facts = json.loads((release / "release.json").read_text())
        return {"frozen": bool(facts["frozen"]), "fingerprint": str(facts["fingerprint"])}
    except (OSError, ValueError, KeyError) as error:
        raise Broken(f"{release / 'release.json'}: {error}; needed: frozen and fingerprint") from error


def changelog_line(release):
    """What CHANGELOG.md must say of a release."""
    facts = said(release)
    return f"ABI release {release.name}, {'frozen' if facts['frozen'] else 'open'}: {facts['fingerprint'][:16]}"


def check_release(release, changelog):
    """It is whole, it is as it was recorded, and people have been told of it."""
    if not (release / "include/conserje/cj.h").is_file() or not (release / "witness.abi").is_file():
        yield f"{release}: not whole; needed: include/conserje/cj.h and witness.abi"
    if not list((release / "schema").glob("*.json")):
        yield f"{release}: no schema; needed: those of the release"
    if said(release)["fingerprint"] != fingerprint(release):
        yield f"{release}: not as it was recorded; needed: the files of the release (git restore), or, while it is " \
              "open, sdk/abi/gate.py record"
    if changelog_line(release) not in changelog.read_text():
        yield f"{changelog}: does not tell of the release; needed: a line with \"{changelog_line(release)}\""


def check_museum(release, museum):
    """Its binaries are there, unchanged, and were built from this very release."""
    folder = museum / release.name
    try:
        facts = json.loads((folder / "museum.json").read_text())
        built_from, hashes = facts["fingerprint"], facts["files"]
    except (OSError, ValueError, KeyError) as error:
        yield f"{folder}: no museum: {error}; needed: tests/museum/rebuild"
        return
    if built_from != said(release)["fingerprint"]:
        yield f"{folder}: built from another SDK than release {release.name}; needed: tests/museum/rebuild"
    there = {path.name for path in folder.glob("*.so")}
    if not there or there != set(hashes):
        yield f"{folder}: has {sorted(there)}; needed: {sorted(hashes)}"
    for name in sorted(there & set(hashes)):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != hashes[name]:
            yield f"{folder / name}: not the file that was built; needed: git restore, or tests/museum/rebuild"


# ---- Compatibility


def run(*command, allowed=(0,)):
    """Standard output and status of a tool. Broken: it is not there, or it failed."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Broken(f"{command[0]}: {error.strerror}; needed: the packages of packaging/packages, section test") \
            from error
    if done.returncode not in allowed:
        raise Broken(f"{command[0]}: status {done.returncode}: {(done.stderr or done.stdout).strip()[:500]}")
    return done.stdout, done.returncode


def witness_abi(include, folder):
    """Builds the witness library of a header and returns its ABI as abidw writes it."""
    source, library = folder / "witness.c", folder / "witness.so"
    try:
        source.write_text(witness.source((include / "conserje/cj.h").read_text()))
    except witness.Unknown as error:
        raise Broken(f"{include / 'conserje/cj.h'}: {error}") from error
    run("cc", "-std=c11", "-g", "-gdwarf-4", "-O0", "-shared", "-fPIC", f"-ffile-prefix-map={folder}=.", "-I",
        include, source, "-o", library)
    abi, _ = run("abidw", "--no-show-locs", "--no-comp-dir-path", "--no-corpus-path", library)
    return abi


SCHEMA_RULE = "needed: what a release has promised stays; new properties are optional"


def check_schemas(release, sdk):
    for old in sorted((release / "schema").glob("*.json")):
        new = sdk / "schema" / old.name
        if not new.is_file():
            yield f"{new}: is gone; needed: every schema of release {release.name}"
            continue
        for found in schemas.differences(json.loads(old.read_text()), json.loads(new.read_text())):
            yield f"{new}: {found} since release {release.name}; {SCHEMA_RULE}"


def check_abi(release, now, folder):
    """Prefixes and constants by our own reading of both, then all else by abidiff."""
    before = (release / "witness.abi").read_text()
    found, grown = witness.differences(before, now)
    yield from (f"cj.h: {each} since release {release.name}" for each in found)

    # abidiff takes each growth for a change; the structs that were found to have grown rightly are no news.
    names, present = folder / "grown.abignore", folder / "present.abi"
    names.write_text("".join(f"[suppress_type]\n  type_kind = struct\n  name = {name}\n" for name in grown))
    present.write_text(now)
    report, status = run("abidiff", "--no-added-syms", "--suppressions", names, release / "witness.abi", present,
                         allowed=(0, 4, 8, 12))
    if status:
        yield f"cj.h: differs from release {release.name}, says abidiff:\n{report}"


def check(places):
    """All findings, over all releases."""
    try:
        releases = releases_of(places.sdk)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            now = witness_abi(places.sdk / "include", folder)
            for release in releases:
                found = list(check_release(release, places.changelog))
                found += check_museum(release, places.museum)
                if not said(release)["frozen"] and release != releases[-1]:
                    found.append(f"{release}: open, and there are later ones; needed: one open release at most")
                yield from found
                yield from check_schemas(release, places.sdk)
                yield from check_abi(release, now, folder)
    except (Broken, OSError, ValueError) as error:
        yield str(error)


# ---- Recording


def open_release(sdk):
    """The release that is open, else the folder of the next one."""
    folder = sdk / "abi/releases"
    numbers = [int(path.name) for path in folder.glob("*") if path.name.isdigit()]
    newest = folder / str(max(numbers, default=0))
    return newest if numbers and not said(newest)["frozen"] else folder / str(max(numbers, default=0) + 1)


def write_facts(release, frozen):
    facts = {"frozen": frozen, "fingerprint": fingerprint(release)}
    (release / "release.json").write_text(json.dumps(facts, indent=2) + "\n")


def record(places):
    release = open_release(places.sdk)
    with tempfile.TemporaryDirectory() as name:
        abi = witness_abi(places.sdk / "include", pathlib.Path(name))
    if release.exists():
        shutil.rmtree(release)
    (release / "include/conserje").mkdir(parents=True)
    (release / "schema").mkdir()
    shutil.copy(places.sdk / "include/conserje/cj.h", release / "include/conserje")
    for schema in sorted((places.sdk / "schema").glob("*.json")):
        shutil.copy(schema, release / "schema")
    (release / "witness.abi").write_text(abi)
    write_facts(release, frozen=False)
    tell(release, places)


def freeze(places):
    release = open_release(places.sdk)
    if not release.exists():
        raise Broken(f"{release.parent}: no release is open; needed: sdk/abi/gate.py record")
    write_facts(release, frozen=True)
    tell(release, places)


def tell(release, places):
    print(f"{release}: recorded. Now: a line in {places.changelog} with \"{changelog_line(release)}\", and the museum "
          "(tests/museum/rebuild)")


def main(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "record", "freeze"])
    parser.add_argument("--sdk", type=pathlib.Path, default=ROOT / "sdk")
    parser.add_argument("--museum", type=pathlib.Path, default=ROOT / "tests/museum")
    parser.add_argument("--changelog", type=pathlib.Path, default=ROOT / "CHANGELOG.md")
    places = parser.parse_args(words)
    if places.command == "check":
        findings = list(check(places))
        print("\n".join(findings) or "compatible with every release")
        return 1 if findings else 0
    try:
        (record if places.command == "record" else freeze)(places)
    except (Broken, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
