#!/usr/bin/python3
"""README.md names each public function of the SDK: readme.py README.md <Doxygen's XML folder>."""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def functions(folder):
    """Scope and name of each public function, and of each function in a table of cj.h."""
    for path in sorted(folder.glob("*.xml")):
        for compound in xml.parse(path).getroot().iter("compounddef"):
            scope = compound.findtext("compoundname")
            for member in compound.iter("memberdef"):
                name = member.findtext("name")
                is_function = member.get("kind") == "function" or member.findtext("argsstring", "").startswith(")(")
                is_special = name.startswith(("operator", "~")) or name == scope.split("::")[-1]
                if is_function and member.get("prot") == "public" and not is_special:
                    yield scope, name


def main(readme, folder):
    words = set(re.findall(r"\w+", pathlib.Path(readme).read_text()))
    found = set(functions(pathlib.Path(folder)))
    missing = sorted(each for each in found if each[1] not in words)
    for scope, name in missing:
        print(f"{readme}: {scope}: {name} is not in it; needed: owner, thread, units and errors of each function")
    if len(found) < 100:
        print(f"{folder}: only {len(found)} functions; needed: those of the whole SDK")
    return 1 if missing or len(found) < 100 else 0


sys.exit(main(*sys.argv[1:]))
