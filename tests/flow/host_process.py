"""The host as a process of its own, as an operator starts it: a file, a folder, signals, an exit status."""

import http.client
import json
import os
import re
import signal
import subprocess
import time

import graph_api

HOST = os.environ.get("CONSERJE_HOST", "build/dev/host/conserje")
PLUGINS = os.environ.get("CONSERJE_PLUGINS", "build/dev/plugins")
READY_S = 60  # Under sanitizers, on a machine that builds something else.

SANITIZER_REPORT = re.compile(r"ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error: ")


class Host:
    """One configured host. Its folder outlives each start."""

    def __init__(self, folder, config):
        self.folder = folder
        self.config = config
        self.process = None
        self._log = folder / "host.log"  # What all starts wrote, to both outputs.
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def config_file(self):
        return self.folder / "conserje.yaml"

    @property
    def url(self):
        """Where it listens. OSError: it does not, yet."""
        return "http://" + self._listen_file.read_text().strip()

    @property
    def admin_url(self):
        """Where its admin API listens. OSError: it does not, yet."""
        return "http://" + self.data("admin.listen").read_text().strip()

    def data(self, name):
        """A file of its data folder."""
        return self.folder / self.config["data_dir"] / name

    @property
    def log(self):
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def write_config(self):
        self.config_file.write_text(json.dumps(self.config, ensure_ascii=False))  # YAML, as every JSON is.

    def start(self, crash_at=None, wait=True, prefix=()):
        """Starts the host, and waits until it is ready. `crash_at`: the point where it kills itself, `name[:pass]`.
        `prefix`: a command to start it with. AssertionError: it ended before it was ready."""
        assert self.process is None, "it runs already"
        self.write_config()
        self._listen_file.unlink(missing_ok=True)
        environment = os.environ | ({"CONSERJE_CRASH_AT": crash_at} if crash_at else {})
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, HOST, "run", str(self.config_file)],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )  # fmt: skip
        if wait:
            self.wait_ready()

    def wait_ready(self):
        end = time.monotonic() + READY_S
        while not self._is_ready():
            assert time.monotonic() < end, f"not ready within {READY_S} s:\n{self.log}"
            try:
                status = self.process.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
            self.process = None
            raise AssertionError(f"the host ended with status {status}:\n{self.log}")

    def wait_end(self, timeout_s=30.0):
        """Waits until the process ends by itself -> its status, negative for a signal. AssertionError: it does not."""
        try:
            status = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the host still runs after {timeout_s} s:\n{self.log}") from None
        self.process = None
        return status

    def wait_for_log(self, text):
        """Waits until the log holds `text`. AssertionError: it does not come."""
        end = time.monotonic() + READY_S
        while text not in self.log:
            assert time.monotonic() < end, f"not logged within {READY_S} s: {text}\n{self.log}"
            time.sleep(0.01)

    def kill9(self):
        self.process.kill()
        self.wait_end()

    def stop(self):
        """Stops in order, as a service manager would."""
        self.process.send_signal(signal.SIGTERM)
        status = self.wait_end()
        assert status == 0, f"status {status} at an orderly stop:\n{self.log}"

    def restart(self, **how):
        self.stop()
        self.start(**how)

    def get(self, path):
        """-> (status, body)."""
        return graph_api.http_call("GET", self.url + path)

    def run(self, *arguments, timeout_s=60.0, stdin=""):
        """Another command of the same executable -> subprocess.CompletedProcess, with text."""
        return subprocess.run([HOST, *map(str, arguments)], cwd=self.folder, input=stdin, timeout=timeout_s,
                              capture_output=True, text=True, check=False)  # fmt: skip

    def check_sanitizers(self):
        found = SANITIZER_REPORT.search(self.log)
        assert not found, f"a sanitizer reported:\n{self.log[found.start():]}"

    @property
    def _listen_file(self):
        return self.data("listen")

    def _is_ready(self):
        try:
            return self.get("/health/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
