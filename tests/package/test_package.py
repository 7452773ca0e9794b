"""The installed SDK and host, moved elsewhere: plugins are built with it and with nothing of this tree, they pass the
conformance kit, and the host beside it takes them.

CONSERJE_SOURCE is the tree of the sources, CONSERJE_TREE one in which all has been built.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
SOURCE = pathlib.Path(os.environ.get("CONSERJE_SOURCE", HERE.parents[1]))
TREE = pathlib.Path(os.environ.get("CONSERJE_TREE", SOURCE / "build/dev"))


def run(*command, folder=None, **environment):
    """Standard output of a command that must succeed."""
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=os.environ | environment, capture_output=True, text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Both components, installed to one folder and moved to another."""
    folder = tmp_path_factory.mktemp("package")
    for component in ("sdk", "host"):
        run("cmake", "--install", TREE, "--component", component, "--prefix", folder / "installed")
    (folder / "installed").rename(folder / "moved")
    yield folder / "moved"
    shutil.rmtree(folder)


def begin(prefix, folder, language):
    """A sink from the template."""
    run(prefix / "bin/conserje-plugin", "new", "mine", "--kind", "sink", "--lang", language, "--folder", folder)


def expect_nothing_of_the_tree(text):
    assert str(SOURCE) not in text


def expect_level_seven(prefix, library):
    report = run(prefix / "bin/conserje-plugin", "test", "--level", "7", library)
    assert ", 0 failed," in report


CONFIG = """\
version: 1
tenant: moved
time_zone: Europe/Madrid
languages: [es]
hotel: {{name: Moved, address: "Elsewhere 1", phone: "+34 600 00 00 00", check_in: "15:00", check_out: "11:00"}}
listen: 127.0.0.1:0
data_dir: data
plugins:
  console: {{use: channel/console, required: true}}
  builtin: {{use: nlu/builtin, required: true}}
  frontdesk: {{use: pms/mock, required: true}}
  mine:
    use: "{library}"
    required: true
    allow_unsigned: true
    config: {{url: "https://api.example.com/notes", token: "${{env:MINE_TOKEN}}"}}
pipeline:
  - {{channels: [console], understand: builtin, pms: frontdesk, handlers: all}}
notify:
  - {{to: mine, events: ["reservation.*"]}}
"""


def expect_the_host_to_take(prefix, library):
    """conserje check, with the host's own plugins from where they were moved, and this one."""
    config = library.parent / "pipeline.yaml"
    config.write_text(CONFIG.format(library=library))
    run(prefix / "bin/conserje", "check", config, folder=library.parent, MINE_TOKEN="t0ken")


def test_no_installed_text_names_the_tree_it_came_from(prefix):
    for path in prefix.rglob("*"):
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            assert str(SOURCE).encode() not in data, path


def test_a_plugin_by_cmake(prefix, tmp_path):
    folder = tmp_path / "plugin"
    begin(prefix, folder, "cpp")
    run("cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build", "-DBUILD_TESTING=OFF",
        f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", folder / "build")
    expect_nothing_of_the_tree(run("ninja", "-C", folder / "build", "-t", "deps"))
    library = folder / "build/plugins/sink_mine.so"
    expect_level_seven(prefix, library)
    expect_the_host_to_take(prefix, library)


def test_a_plugin_by_make_and_pkg_config(prefix, tmp_path):
    folder = tmp_path / "plugin"
    begin(prefix, folder, "c")
    (folder / "CMakeLists.txt").unlink()
    shutil.copy(HERE / "Makefile", folder)
    run("make", "NAME=mine", folder=folder, PKG_CONFIG_PATH=str(prefix / "share/pkgconfig"))
    expect_nothing_of_the_tree("".join(path.read_text() for path in folder.glob("*.d")))
    library = folder / "sink_mine.so"
    expect_level_seven(prefix, library)
    expect_the_host_to_take(prefix, library)


def test_the_moved_host_knows_its_own_plugins(prefix):
    listed = run(prefix / "bin/conserje", "plugins")
    own = {path.name for path in (prefix / "lib/conserje/plugins").glob("*.so")}
    assert {line.partition(":")[0] for line in listed.splitlines() if line.endswith(", first-party")} == own
    assert "channel_console.so" in own
    expect_nothing_of_the_tree(listed)


def test_the_demo_is_checked_from_where_it_was_moved(prefix, tmp_path):
    run(prefix / "bin/conserje", "check", prefix / "share/conserje/config/dev.yaml", folder=tmp_path)
