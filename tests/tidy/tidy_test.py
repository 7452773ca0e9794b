"""Each check of tidy.py finds what it is for, in a small tree made for it, and leaves the rest in peace."""

import pathlib

import pytest
import tidy


@pytest.fixture
def tree(tmp_path):
    """Writes files: tree({path: text}) -> the root, with the folders that the checks walk."""

    def write(contents):
        for folder in ("host", "plugins", "sdk/include"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def findings(check, root):
    """What `check` finds in `root`, each as path:line, relative."""
    found = [pathlib.Path(line.split(": ")[0]) for line in tidy.CHECKS[check](root)]
    return [str(path.relative_to(root)) for path in found]


GUARD = {"host/guard/clock.hpp": "", "host/store/inbox.hpp": "", "host/ingress/intake.hpp": ""}


@pytest.mark.parametrize(
    "path, include",
    [
        ("host/guard/clock.cpp", '"store/inbox.hpp"'),  # Upwards.
        ("host/ingress/intake.cpp", '"conversation/engine.hpp"'),  # Sideways, in the second row.
        ("host/store/inbox.cpp", '"plugin/module.hpp"'),  # Sideways, in the third.
        ("host/guard/clock.cpp", '"../store/inbox.hpp"'),
        ("host/store/inbox.cpp", '"plugins/channel/console/console.hpp"'),
        ("plugins/channel/console/console.cpp", '"guard/clock.hpp"'),
        ("plugins/channel/console/console.cpp", '"../../pms/mock/mock.hpp"'),
        ("sdk/include/conserje/json.hpp", "<boost/json.hpp>"),
        ("sdk/tool/test.cpp", '"store/inbox.hpp"'),  # Of the host, the tool knows how plugins are read.
    ],
)
def test_an_include_against_the_rows_is_found(tree, path, include):
    others = {"host/conversation/engine.hpp": "", "host/plugin/module.hpp": "", "plugins/pms/mock/mock.hpp": ""}
    own = f'#include "{path.removeprefix("host/").replace(".cpp", ".hpp")}"\n' if path.startswith("host") else "\n"
    root = tree(GUARD | others | {path: f"{own}#include {include}\n"})
    assert findings("includes", root) == [f"{path}:2"]


@pytest.mark.parametrize(
    "path, include",
    [
        ("host/main.cpp", '"app/application.hpp"'),
        ("host/app/application.cpp", '"ingress/intake.hpp"'),
        ("host/pms/gateway.cpp", '"store/inbox.hpp"'),
        ("host/store/inbox.cpp", "<sqlite3.h>"),
        ("host/store/inbox.cpp", '"guard/clock.hpp"'),
        ("plugins/channel/console/console.cpp", '"conserje/channel.hpp"'),
        ("plugins/channel/console/tests/console_test.cpp", '"console.hpp"'),
        ("sdk/include/conserje/json.hpp", "<nlohmann/json.hpp>"),
        ("sdk/tool/test.cpp", '"plugin/module.hpp"'),
    ],
)
def test_an_include_along_the_rows_is_not(tree, path, include):
    console = {"plugins/channel/console/console.hpp": "", "host/app/application.hpp": ""}
    own = {
        "host/app/application.cpp": '#include "app/application.hpp"\n',
        "host/store/inbox.cpp": '#include "store/inbox.hpp"\n',
        "plugins/channel/console/console.cpp": '#include "console.hpp"\n',
    }
    root = tree(GUARD | console | {path: own.get(path, "") + f"#include {include}\n"})
    assert findings("includes", root) == []


def test_a_room_that_the_table_does_not_know_is_found(tree):
    assert findings("includes", tree({"host/attic/box.hpp": ""})) == ["host/attic/box.hpp:1"]


def test_a_source_that_does_not_take_its_own_header_first_is_found(tree):
    root = tree({"host/guard/clock.hpp": "", "host/guard/clock.cpp": '#include <chrono>\n#include "guard/clock.hpp"\n'})
    assert findings("includes", root) == ["host/guard/clock.cpp:1"]


def test_a_vendor_is_found_in_the_host_and_not_in_a_plugin(tree):
    root = tree({"host/app/a.cpp": "\n// As WhatsApp does.\n", "plugins/channel/whatsapp/a.cpp": "// WhatsApp\n"})
    assert findings("vendors", root) == ["host/app/a.cpp:2"]


def test_what_is_left_for_later_is_found(tree):
    root = tree({"sdk/a.md": "one\n" + "TO" "DO: two\n", "sdk/b.md": 'todo el hotel, "TO' 'DO"\n', "build/c.md": "FIX" "ME"})
    assert findings("unfinished", root) == ["sdk/a.md:2"]


def test_a_source_that_is_too_long_is_found(tree):
    root = tree({"host/a.cpp": "\n" * 601, "host/b.cpp": "\n" * 600, "sdk/include/conserje/sink_types.hpp": "\n" * 601})
    assert findings("length", root) == ["host/a.cpp:601"]


def test_layout_that_is_not_clang_formats_is_found(tree):
    root = tree({".clang-format": "BasedOnStyle: Google\n", "host/a.cpp": "int  a;\n", "host/b.cpp": "int b;\n"})
    assert [place.split(":")[0] for place in findings("format", root)] == ["host/a.cpp"]


def test_a_script_that_does_not_parse_is_found(tree):
    root = tree({"packaging/a": "#!/bin/bash\nset -e\nif\n"})
    (root / "packaging/a").chmod(0o755)
    assert any("syntax error" in line for line in tidy.check_shell(root))


def test_a_script_that_runs_on_after_an_error_or_cannot_be_run_is_found(tree):
    assert findings("shell", tree({"packaging/a": "#!/bin/bash\ntrue\n"})) == ["packaging/a:1", "packaging/a:1"]
