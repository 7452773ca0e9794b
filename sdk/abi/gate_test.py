"""The gate lets growth pass and nothing else, and what it cannot check does not pass either.

Each test has a copy of the SDK, of the museum and of the change log, changes it, and compares what the gate finds.
"""
import hashlib
import json
import os
import re
import shutil

import gate
import pytest

ROOT = gate.ROOT
SINK = "sink.v1.json"


def plain(header):
    """The header without comments and with single spaces, for edits that do not depend on them."""
    return re.sub(r"[ \t]+(?=\n)", "", re.sub(r"(?<=\S) +", " ", gate.witness.COMMENT.sub("", header)))


class Places:
    """What gate.check and gate.record take, in a folder of the test's own."""

    def __init__(self, folder):
        self.sdk = folder / "sdk"
        self.museum = folder / "museum"
        self.changelog = folder / "CHANGELOG.md"
        (self.sdk / "include/conserje").mkdir(parents=True)
        self.header.write_text(plain((ROOT / "sdk/include/conserje/cj.h").read_text()))
        shutil.copytree(ROOT / "sdk/schema", self.sdk / "schema")
        gate.record(self)
        self.tell()
        self.fill_museum()

    @property
    def header(self):
        return self.sdk / "include/conserje/cj.h"

    @property
    def release(self):
        return self.sdk / "abi/releases/1"

    def tell(self):
        self.changelog.write_text(f"- {gate.changelog_line(self.release)}\n")

    def fill_museum(self):
        folder = self.museum / "1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sink.so").write_bytes(b"old")
        (folder / "museum.json").write_text(json.dumps({
            "fingerprint": gate.said(self.release)["fingerprint"],
            "files": {"sink.so": hashlib.sha256(b"old").hexdigest()}}))

    def edit(self, before, after, path=None):
        path = path or self.header
        text = path.read_text()
        assert text.count(before) == 1, before
        path.write_text(text.replace(before, after))

    def edit_schema(self, change, name=SINK):
        path = self.sdk / "schema" / name
        schema = json.loads(path.read_text())
        change(schema)
        path.write_text(json.dumps(schema))

    def found(self):
        """The first line of each finding."""
        return [each.partition("\n")[0] for each in gate.check(self)]


@pytest.fixture
def places(tmp_path, capsys):
    made = Places(tmp_path)
    capsys.readouterr()
    return made


def test_the_sdk_fits_what_was_just_recorded(places):
    assert places.found() == []


@pytest.mark.parametrize(
    "before, after",
    [
        ("  void (*destroy)(void *self);\n} cj_instance;",
         "  void (*destroy)(void *self);\n  void (*pause)(void *self);\n} cj_instance;"),
        ("  uint32_t (*clear)(void *ctx, cj_str name);\n",
         "  uint32_t (*clear)(void *ctx, cj_str name);\n  uint32_t (*list)(void *ctx, cj_buf *names);\n"),
        ("#define CJ_SHA512 3u", "#define CJ_SHA512 3u\n#define CJ_SHA3 4u"),
        ("#define CJ_SHA512 3u", "#define CJ_SHA512 3u\ntypedef struct cj_x { uint32_t size; } cj_x;"),
        ("void (*cancel)(void *self, uint64_t call_id);", "void (*cancel)(void *me, uint64_t call);"),
    ],
    ids=["a function at the end", "a function at a service's end", "a constant", "a struct", "other parameter names"],
)
def test_growth_passes(places, before, after):
    places.edit(before, after)
    assert places.found() == []


@pytest.mark.parametrize(
    "before, after, found",
    [
        ("  uint32_t attempt;\n  uint64_t call_id;\n",
         "  uint64_t call_id;\n  uint32_t attempt;\n",
         "cj_call.attempt: was unsigned int 32 at bit 32, is unsigned int 32 at bit 128"),
        ("  void (*cancel)(void *self, uint64_t call_id);\n", "", "cj_instance.cancel: was "),
        ("void (*cancel)(void *self, uint64_t call_id);", "void (*cancel)(void *self, uint32_t call_id);",
         "cj_instance.cancel: was "),
        ("  uint32_t size;\n  void *self;\n", "  uint32_t size;\n  uint32_t flags;\n  void *self;\n",
         "cj_instance.flags: stands at bit 32, inside the released struct"),
        ("  uint64_t size;\n} cj_str;", "  uint64_t size;\n  uint64_t room;\n} cj_str;", "cj_str: grew"),
        ("} cj_ext_header;", "  uint64_t more;\n} cj_ext_header;", "cj_ext_header: grew"),
        ("#define CJ_LOG_WARN 3u\n#define CJ_LOG_ERROR 4u", "#define CJ_LOG_WARN 4u\n#define CJ_LOG_ERROR 3u",
         "CJ_LOG_WARN changed from 3 to 4"),
        ("#define CJ_SHA1 1u\n", "", "CJ_SHA1 is gone"),
        ('".note.conserje"\n', '".note.concierge"\n', "CJ_NOTE_SECTION_2e6e6f74652e636f6e7365726a65 is gone"),
        ("UINT64_MAX", "UINT32_MAX", "CJ_KV_ANY changed from -1 to 4294967295"),
    ],
    ids=["reordered", "removed", "another signature", "in a hole", "a struct without a size", "an embedded struct",
         "renumbered", "a constant removed", "a text", "a value of 64 bits"],
)
def test_any_other_change_of_the_header_is_found(places, before, after, found):
    places.edit(before, after)
    assert any(each.startswith(f"cj.h: {found}") for each in places.found())


def test_abidiff_sees_what_the_structs_do_not_say(places):
    places.edit("const cj_plugin *cj_entry(uint32_t abi);", "const cj_plugin *cj_entry(uint32_t abi, int more);")
    places.edit("typedef const cj_plugin *(*cj_entry_fn)(uint32_t abi);",
                "typedef const cj_plugin *(*cj_entry_fn)(uint64_t abi);")
    gate.witness.source, kept = (lambda header: kept(header).replace("(uint32_t abi) {", "(uint32_t abi, int more) {")), \
        gate.witness.source
    try:
        found = places.found()
    finally:
        gate.witness.source = kept
    assert found == ["cj.h: differs from release 1, says abidiff:"]


def drop(*path):
    def change(schema):
        for step in path[:-1]:
            schema = schema[step]
        del schema[path[-1]]
    return change


def put(value, *path):
    def change(schema):
        for step in path[:-1]:
            schema = schema[step]
        schema[path[-1]] = value
    return change


EVENT = ("$defs", "Event", "properties")


@pytest.mark.parametrize(
    "change",
    [
        put({"type": "string"}, *EVENT, "colour"),
        put({"type": "object", "properties": {}}, "$defs", "Weather"),
        put({"number": 2, "request": "DeliverRequest", "reply": "DeliverReply"}, "methods", "retract"),
        put("Other words.", "$defs", "Event", "description"),
    ],
    ids=["an optional property", "a definition", "a method", "a description"],
)
def test_growth_of_a_schema_passes(places, change):
    places.edit_schema(change)
    assert places.found() == []


@pytest.mark.parametrize(
    "change, found",
    [
        (drop(*EVENT, "severity"), "Event.severity is gone"),
        (put(["id", "type", "timestamp_ms", "data", "tenant"], "$defs", "Event", "required"),
         "Event.tenant is required"),
        (put(["id", "type", "timestamp_ms"], "$defs", "Event", "required"), "Event.data is no longer required"),
        (put({"type": "string"}, *EVENT, "timestamp_ms"),
         "Event.timestamp_ms: type changed from integer to string"),
        (put({"type": "string"}, "$defs", "DeliverReply", "properties", "results", "items"),
         "DeliverReply.results[]: $ref changed from #/$defs/DeliveryResult to None"),
        (put(9, *EVENT, "tenant", "maxLength"), "Event.tenant: maxLength changed from None to 9"),
        (drop("$defs", "Delivery"), "Delivery is gone"),
        (drop("methods", "deliver"), "method deliver is gone"),
        (put(2, "methods", "deliver", "number"), "method deliver: number changed from 1 to 2"),
        (put(False, "methods", "deliver", "idempotent"), "method deliver: idempotent changed from True to False"),
        (put({"number": 1}, "methods", "retract"), "number 1 has two methods"),
        (put("cj.sink/2", "$id"), "$id changed from cj.sink/1 to cj.sink/2"),
    ],
)
def test_any_other_change_of_a_schema_is_found(places, change, found):
    places.edit_schema(change)
    assert places.found()[0].startswith(f"{places.sdk / 'schema' / SINK}: {found} since release 1")


def test_a_reserved_number_serves_its_own_name(places):
    def take(schema):
        number = schema["reserved_methods"].pop("rates")
        schema["methods"]["rates"] = {"number": number, "request": "Stay", "reply": "Availability"}

    places.edit_schema(take, "pms.v1.json")
    assert places.found() == []
    places.edit_schema(put({"number": 77}, "methods", "rates"), "pms.v1.json")
    assert "method rates: its reserved number 2 is gone" in places.found()[0]


def test_a_schema_that_is_gone_is_found(places):
    (places.sdk / "schema" / SINK).unlink()
    assert places.found()[0].startswith(f"{places.sdk / 'schema' / SINK}: is gone")


# ---- What cannot be checked does not pass.


def test_without_a_release_nothing_passes(places):
    shutil.rmtree(places.release)
    assert "no release is recorded" in places.found()[0]


def test_a_release_that_went_missing_is_found(places):
    places.release.rename(places.release.parent / "2")
    assert "release 1 is missing" in places.found()[0]


@pytest.mark.parametrize("tool", ["cc", "abidw", "abidiff"])
def test_without_a_tool_nothing_passes(places, tool, monkeypatch, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in {"cc", "abidw", "abidiff", "as", "ld"} - {tool}:
        (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(folder) + os.pathsep)
    assert any(each.startswith(f"{tool}: No such file") for each in places.found())


@pytest.mark.parametrize("tool", ["cc", "abidw", "abidiff"])
def test_a_tool_that_fails_lets_nothing_pass(places, tool, monkeypatch, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / tool).write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    (folder / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + os.environ["PATH"])
    assert any(each == f"{tool}: status 1: no" for each in places.found())


@pytest.mark.parametrize("file", ["include/conserje/cj.h", "witness.abi", "schema/sink.v1.json"])
def test_a_release_that_was_changed_is_found(places, file):
    with (places.release / file).open("a") as release:
        release.write("\n")
    assert any(f"{places.release}: not as it was recorded" in each for each in places.found())


def test_a_release_without_its_facts_is_found(places):
    (places.release / "release.json").unlink()
    assert "needed: frozen and fingerprint" in places.found()[0]


def test_a_typedef_that_the_witness_cannot_name_is_found(places):
    places.edit("#define CJ_SHA512 3u", "#define CJ_SHA512 3u\ntypedef enum cj_mood { CJ_GOOD } cj_mood;")
    assert "of which the witness knows" in places.found()[0]


def test_a_header_that_does_not_compile_is_found(places):
    places.edit("#define CJ_SHA512 3u", "#define CJ_SHA512 3u\n#error no")
    assert places.found()[0].startswith("cc: status 1")


# ---- A change while a release is open: recorded, told of, and the museum built again.


def test_an_incompatible_change_of_an_open_release_wants_three_steps(places):
    places.edit("#define CJ_SHA1 1u\n", "")
    assert places.found()[0].startswith("cj.h: CJ_SHA1 is gone")
    gate.record(places)
    assert [each.partition(": ")[2].split(";")[0] for each in places.found()] == [
        "does not tell of the release", "built from another SDK than release 1"]
    places.tell()
    places.fill_museum()
    assert places.found() == []


def test_a_frozen_release_is_never_recorded_again(places):
    gate.freeze(places)
    places.tell()
    places.edit("#define CJ_SHA1 1u\n", "")
    before = gate.fingerprint(places.release)
    gate.record(places)
    assert gate.fingerprint(places.release) == before
    assert (places.sdk / "abi/releases/2/witness.abi").is_file()
    assert "cj.h: CJ_SHA1 is gone or has another text since release 1" in places.found()


def test_freezing_is_told_to_people_as_well(places):
    gate.freeze(places)
    assert places.found() == [f'{places.changelog}: does not tell of the release; needed: a line with '
                              f'"{gate.changelog_line(places.release)}"']
    with pytest.raises(gate.Broken):
        gate.freeze(places)


# ---- The museum.


def test_a_museum_without_a_file_or_with_another_one_is_found(places):
    file = places.museum / "1/sink.so"
    file.write_bytes(b"new")
    assert [each.partition(";")[0] for each in places.found()] == [f"{file}: not the file that was built"]
    file.unlink()
    assert places.found()[0].startswith(f"{places.museum / '1'}: has []")
    shutil.rmtree(places.museum)
    assert "no museum" in places.found()[0]


def test_the_command_ends_with_what_it_found(places, capsys):
    words = ["--sdk", places.sdk, "--museum", places.museum, "--changelog", places.changelog]
    assert gate.main(["check", *map(str, words)]) == 0
    places.changelog.write_text("")
    assert gate.main(["check", *map(str, words)]) == 1
    assert "does not tell of the release" in capsys.readouterr().out
