"""`conserje test`: every dialogue of the tree, each in its other orders as well, and what a failure looks like."""

import pathlib
import subprocess

import host_process

ROOT = pathlib.Path(__file__).parents[2]
LANGUAGES = ["es", "en", "pt"]


def run(*arguments):
    return subprocess.run([host_process.HOST, "test", *map(str, arguments)], capture_output=True, text=True,
                          timeout=580, check=False)  # fmt: skip


def play(language):
    done = run("--mutate", *sorted((ROOT / "tests/dialogues").glob(f"{language}-*.yaml")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not host_process.SANITIZER_REPORT.search(done.stderr), done.stderr
    return done.stdout


def test_dialogues_in_spanish():
    play("es")


def test_dialogues_in_english():
    play("en")


def test_dialogues_in_portuguese():
    play("pt")


def test_there_are_sixty_dialogues():
    files = {language: list((ROOT / "tests/dialogues").glob(f"{language}-*.yaml")) for language in LANGUAGES}
    assert sum(map(len, files.values())) >= 60
    assert min(map(len, files.values())) >= 20


def test_a_failure_names_its_line(tmp_path):
    dialogue = tmp_path / "wrong.yaml"
    dialogue.write_text(f"house: {ROOT}/tests/dialogues/houses/sol.yaml\nclock: 2026-11-20T10:00\nlanguage: es\n"
                        "turns:\n- guest: Hola\n  intent: greeting\n  says: Adiós\n")  # fmt: skip
    done = run(dialogue)
    assert done.returncode == 1
    assert f"{dialogue}:7:3: error: to \"Hola\": the reply is" in done.stdout, done.stdout
    assert "1 dialogue, 1 run; 1 failed" in done.stdout


def test_a_file_that_is_no_dialogue_is_refused(tmp_path):
    dialogue = tmp_path / "wrong.yaml"
    dialogue.write_text("house: x.yaml\nclock: 2026-11-20T10:00\nlanguage: es\nturn: []\n")
    done = run(dialogue)
    assert done.returncode == 1
    assert "unknown key \"turn\" in the dialogue; did you mean \"turns\"?" in done.stderr, done.stderr
