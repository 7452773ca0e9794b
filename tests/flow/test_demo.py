"""The demo of packaging/start: a chat on standard input, answers on standard output, status 0 at its end."""

import pathlib
import re
import subprocess

import host_process
import pytest

DEMO = pathlib.Path(__file__).parents[2] / "config/dev.yaml"

SPANISH = [
    "Hola",
    "¿Tienen habitación para 2 personas del 10 al 12 de diciembre?",
    "Sí, reservá la doble a nombre de Ana Pérez",
    "Sí",
    "Cancelá mi reserva",
    "Sí",
]
ENGLISH = [
    "Hello",
    "Do you have a room for 2 people from 10 to 12 December?",
    "Yes, book the double under the name Ann Smith",
    "Yes",
    "Cancel my reservation",
    "Yes",
]


def chat(folder, lines):
    """-> what the demo printed."""
    done = subprocess.run(
        [host_process.HOST, "run", str(DEMO)], cwd=folder, input="".join(line + "\n" for line in lines),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not host_process.SANITIZER_REPORT.search(done.stderr), done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "lines, booked, cancelled",
    [
        (SPANISH, r"¡Listo! Su reserva está confirmada. Código: (\S+)\.", "Su reserva {} queda cancelada."),
        (ENGLISH, r"Done! Your reservation is confirmed. Code: (\S+)\.", "Your reservation {} is cancelled."),
    ],
    ids=["es", "en"],
)
def test_a_guest_books_and_cancels(tmp_path, lines, booked, cancelled):
    said = chat(tmp_path, lines)
    code = re.search(booked, said)
    assert code, said
    assert cancelled.format(code[1]) in said


def test_without_a_line_it_ends_at_once(tmp_path):
    chat(tmp_path, [])


def test_the_last_line_needs_no_end(tmp_path):
    done = subprocess.run([host_process.HOST, "run", str(DEMO)], cwd=tmp_path, input="Hola", capture_output=True,
                          text=True, timeout=120, check=False)  # fmt: skip
    assert (done.returncode, "¡Hola!" in done.stdout) == (0, True), done.stderr


def test_try_shows_the_path_of_one_message(tmp_path):
    done = subprocess.run([host_process.HOST, "try", str(DEMO), SPANISH[1]], cwd=tmp_path, capture_output=True,
                          text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "check_availability" in done.stdout


def test_check_finds_nothing_in_the_demos_file(tmp_path):
    done = subprocess.run([host_process.HOST, "check", str(DEMO)], cwd=tmp_path, capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
