"""The demo of packaging/start: a chat on standard input, answers on standard output, status 0 at its end."""

import os
import pathlib
import pty
import re
import select
import subprocess
import time

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


class Terminal:
    """The demo as a person has it: in a terminal of its own, which echoes and turns Ctrl-C into a signal."""

    def __init__(self, folder):
        self.shown = ""
        self.pid, self._keys = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execv(host_process.HOST, [host_process.HOST, "run", str(DEMO)])

    def type(self, keys):
        os.write(self._keys, keys.encode())

    def read_until(self, text, timeout_s=30):
        """Reads what is shown until `text` is new on the screen."""
        begin, end = len(self.shown), time.monotonic() + timeout_s
        while text not in self.shown[begin:]:
            left = end - time.monotonic()
            assert left > 0 and select.select([self._keys], [], [], left)[0], self.shown
            self.shown += os.read(self._keys, 65536).decode(errors="replace")

    def status(self):
        """Waits for the end. -> its exit status"""
        try:
            while chunk := os.read(self._keys, 65536):
                self.shown += chunk.decode(errors="replace")
        except OSError:  # The other side is closed.
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self._keys)
        assert not host_process.SANITIZER_REPORT.search(self.shown), self.shown
        return status


@pytest.mark.parametrize("keys", ["\x03", "\x04"], ids=["ctrl_c", "ctrl_d"])
def test_in_a_terminal_it_answers_and_leaves_in_order(tmp_path, keys):
    terminal = Terminal(tmp_path)
    terminal.read_until("> ")
    terminal.type("Hola\n")
    terminal.read_until("Hotel Sol")
    terminal.read_until("> ")
    terminal.type(keys)
    assert terminal.status() == 0, terminal.shown


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
