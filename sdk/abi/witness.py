"""The witness library, which names every public type and constant of cj.h, and what two of its ABIs differ in.

Its source is made from the header, so that no type can be forgotten. Its ABI is the XML of abidw (libabigail 2).
"""
import re
import xml.etree.ElementTree as xml

STRUCT = re.compile(r"^typedef struct (cj_\w+) \{[^{}]*\} \1;", re.M)
FUNCTION_TYPE = re.compile(r"^typedef [^;{}]*\(\*(cj_\w+)\)\([^;]*\);", re.M)
CONSTANT = re.compile(r"^#define (CJ_\w+) +(\S.*)$", re.M)
TEXT = re.compile(r'"([^"]*)"$')
COMMENT = re.compile(r"/\*.*?\*/", re.S)
CONSTANTS = "witness_constants"
TEXTS = "witness_texts"


class Unknown(Exception):
    """The header has a form that the witness cannot name."""


def source(header):
    """The library's source. Unknown: a typedef would be missing in it. Pure."""
    header = COMMENT.sub("", header)
    structs = STRUCT.findall(header)
    functions = FUNCTION_TYPE.findall(header)
    typedefs = len(re.findall(r"\btypedef\b", header))
    if not structs or typedefs != len(structs) + len(functions) or re.search(r"\b(enum|union)\b", header):
        raise Unknown(f"{typedefs} typedefs, of which the witness knows {len(structs)} structs and {len(functions)} "
                      "functions; needed: `typedef struct cj_x {...} cj_x;` or a pointer to a function, no enum or union")
    constants = [(name, value.strip()) for name, value in CONSTANT.findall(header)]
    out = '#include "conserje/cj.h"\n'
    for name in structs:
        out += f"const {name} *witness_{name}(const {name} *it) {{ return it; }}\n"
    for name in functions:
        out += f"{name} witness_{name}({name} it) {{ return it; }}\n"
    out += "const cj_plugin *cj_entry(uint32_t abi) { return abi == 0 ? 0 : 0; }\n"
    out += enumeration(CONSTANTS, [(name, f"(int64_t)({name})") for name, value in constants if not TEXT.match(value)])
    texts = [(name, TEXT.match(value)[1]) for name, value in constants if TEXT.match(value)]
    # An enumerator holds a number: the text stands in its name, byte for byte.
    return out + enumeration(TEXTS, [(f"{name}_{text.encode().hex()}", "0") for name, text in texts])


def enumeration(name, values):
    lines = "".join(f"  witness_{key} = {value},\n" for key, value in values)
    return f"enum {name} {{\n{lines}  {name}_end = 0\n}};\nenum {name} use_{name}(enum {name} it) {{ return it; }}\n"


class Abi:
    """What an abidw file says of structs and constants."""

    def __init__(self, text):
        self.types = {each.get("id"): each for each in xml.fromstring(text).iter() if each.get("id")}
        named = [each for each in self.types.values() if each.get("name")]
        self.structs = {each.get("name"): each for each in named
                        if each.tag == "class-decl" and each.get("is-declaration-only") != "yes"}
        self.constants = {value.get("name").removeprefix("witness_"): int(value.get("value"))
                          for each in named if each.get("name") in (CONSTANTS, TEXTS)
                          for value in each.iter("enumerator")}

    def members(self, struct):
        """(offset in bits, name, type) of each, in order."""
        for member in self.structs[struct].findall("data-member"):
            variable = member.find("var-decl")
            yield int(member.get("layout-offset-in-bits")), variable.get("name"), self.spell(variable.get("type-id"))

    def size(self, struct):
        return int(self.structs[struct].get("size-in-bits"))

    def spell(self, type_id):
        """A type in words; two that differ read differently."""
        each = self.types.get(type_id)
        if each is None or each.tag == "void":
            return "void"
        inner = each.get("type-id")
        if each.tag == "pointer-type-def":
            return self.spell(inner) + "*"
        if each.tag == "qualified-type-def":
            return self.spell(inner) + (" const" if each.get("const") else "") + \
                (" volatile" if each.get("volatile") else "")
        if each.tag == "typedef-decl":
            return self.spell(inner)
        if each.tag == "array-type-def":
            return f"{self.spell(inner)}[{each.get('size-in-bits')}]"
        if each.tag == "function-type":
            parameters = ", ".join(self.spell(one.get("type-id")) for one in each.findall("parameter"))
            return f"{self.spell(each.find('return').get('type-id'))}({parameters})"
        if each.tag == "class-decl":  # Its size is a matter of its own.
            return f"struct {each.get('name')}"
        return " ".join(filter(None, [each.get("name"), each.get("size-in-bits")]))

    def inside_others(self):
        """Structs that stand in another one: these can never grow."""
        spelled = {f"struct {name}": name for name in self.structs}
        return {spelled[kind] for name in self.structs for _, _, kind in self.members(name) if kind in spelled}


def differences(before, after):
    """(findings, structs that have grown at their end and nothing else), between two abidw texts. Pure."""
    old, new = Abi(before), Abi(after)
    found, grown = [], []
    if not old.structs or not old.constants:
        found.append("the release's witness has no struct or no constant")
    for name, value in old.constants.items():
        if name not in new.constants:
            found.append(f"{name} is gone or has another text")
        elif new.constants[name] != value:
            found.append(f"{name} changed from {value} to {new.constants[name]}")
    for name in old.structs:
        worse = list(struct_differences(old, new, name)) if name in new.structs else [f"{name} is gone"]
        found += worse
        if not worse and new.size(name) > old.size(name):
            grown.append(name)
    return found, grown


def struct_differences(old, new, name):
    """What keeps the released struct from being a prefix of the present one."""
    now = list(new.members(name))
    for offset, member, kind in old.members(name):
        if (offset, member, kind) not in now:
            stands = [each for each in now if each[1] == member]
            yield f"{name}.{member}: was {kind} at bit {offset}, is " + \
                (f"{stands[0][2]} at bit {stands[0][0]}" if stands else "gone")
    before = {member for _, member, _ in old.members(name)}
    added = [(offset, member) for offset, member, _ in now if member not in before]
    for offset, member in added:
        if offset < old.size(name):
            yield f"{name}.{member}: stands at bit {offset}, inside the released struct; needed: at its end"
    sized = next(iter(old.members(name)), (0, "", ""))[1] in ("size", "header")
    if new.size(name) != old.size(name) and (not sized or name in old.inside_others()):
        yield f"{name}: grew, and nothing says its size to those who know the old one; needed: a new struct"
    if new.size(name) < old.size(name):
        yield f"{name}: shrank from {old.size(name)} to {new.size(name)} bits"
