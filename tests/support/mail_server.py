"""Real mail servers for tests: Dovecot (IMAP over TLS) and Postfix (submission over TLS), on free ports of 127.0.0.1,
with folders, users and a certificate of their own. One mailbox of ours, any guest at example.com; sent mails are filed in
Sent, as Gmail does. Both servers want root, as Debian starts them.
"""

import datetime
import email
import email.message
import email.policy
import email.utils
import ipaddress
import itertools
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER = 65534  # nobody: owns the mails.
START_S = 30.0

DOVECOT = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
listen = 127.0.0.1
instance_name = {name}
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 15
mailbox_idle_check_interval = 1s
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={user} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Enviados {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap_port}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/spool/private/auth {{
    mode = 0666
  }}
}}
"""

POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = example.org, example.com
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = regexp:{folder}/boxes
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{user}
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = {max_size}
sender_bcc_maps = inline:{{ {mailbox}=filed@example.org }}
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = {restrictions}
smtpd_tls_auth_only = yes
"""

SERVICES = """
127.0.0.1:{smtps_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{submission_port} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def make_certificate(folder):
    """A certificate of 127.0.0.1 and localhost that vouches for itself: cert.pem, key.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.datetime.utcnow()
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pem").chmod(0o600)


class MailServer:
    """Use as a context manager. `folder`: empty, with a short path, as sockets stand in it."""

    def __init__(self, folder, mailbox="reservas@example.org", password="abcdefghijklmnop", max_size=36_700_160):
        self.folder = pathlib.Path(folder)
        self.mailbox = mailbox
        self.password = password
        self.imap_port, self.smtps_port, self.submission_port = free_port(), free_port(), free_port()
        self._max_size = max_size
        self._refusals = {}
        self._numbers = itertools.count(1)
        self._dovecot = None
        self._postfix = None
        self._deaf = []  # Processes of ours that are stopped.
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        make_certificate(self.folder)
        for name in ("mail", "spool", "data", "etc", "run"):
            (self.folder / name).mkdir()
        os.chown(self.folder / "mail", USER, USER)
        shutil.chown(self.folder / "data", "postfix")
        (self.folder / "users").write_text(f"{mailbox}:{password}\n")
        (self.folder / "boxes").write_text(
            f"/^{mailbox}$/ {mailbox}/\n/^filed@example.org$/ {mailbox}/.Enviados/\n/^.+@example\\.com$/ guests/\n"
        )
        self._write_postfix()
        (self.folder / "dovecot.conf").write_text(self._filled(DOVECOT))

    @property
    def ca_file(self):
        return str(self.folder / "cert.pem")

    def __enter__(self):
        try:  # Dovecot's socket for logins stands in Postfix's spool, which the check makes.
            subprocess.run(["/usr/sbin/postfix", "-c", str(self.folder / "etc"), "check"], check=True, timeout=60)
            self.start_imap()
            self.start_smtp()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start_imap(self):
        with (self.folder / "dovecot.out").open("ab") as out:
            self._dovecot = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
                                             stdout=out, stderr=out)  # fmt: skip
        self._wait_for_port(self.imap_port, self._dovecot)

    def stop_imap(self):
        while self._deaf:
            os.kill(self._deaf.pop(), signal.SIGKILL)
        self._dovecot = end(self._dovecot)

    def start_smtp(self):
        etc = str(self.folder / "etc")
        with (self.folder / "postfix.out").open("ab") as out:
            self._postfix = subprocess.Popen(["/usr/lib/postfix/sbin/master", "-c", etc, "-d"], stdout=out, stderr=out,
                                             env=os.environ | {"MAIL_CONFIG": etc})  # fmt: skip
        self._wait_for_port(self.smtps_port, self._postfix)

    def stop_smtp(self):
        self._postfix = end(self._postfix)

    def stop(self):
        self.stop_imap()
        self.stop_smtp()

    def refuse(self, recipient, reply):
        """From the next start of SMTP on, `recipient` is refused with `reply`, such as "550 5.1.1 unknown"."""
        self._refusals[recipient] = reply
        self._write_postfix()

    # What guests do.

    def receive(self, text, sender="Lucía Ferrer <lucia@example.com>", subject="Reserva", headers=(), message=None):
        """A mail comes in -> its Message-ID. `message`: bytes of a whole mail instead."""
        if message is None:
            mail = email.message.EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = sender, self.mailbox, subject
            mail["Date"] = email.utils.formatdate()
            mail["Message-ID"] = email.utils.make_msgid(domain="example.com")
            for name, value in headers:
                mail[name] = value
            mail.set_content(text)
            message = mail.as_bytes(policy=email.policy.SMTP)
        verdict = b"Authentication-Results: mail.example.org; dmarc=pass header.from=example.com\r\n"
        box = self._box(self.mailbox)
        name = f"{int(time.time())}.{next(self._numbers)}.{os.getpid()}"
        (box / "tmp" / name).write_bytes(verdict + message)
        os.chown(box / "tmp" / name, USER, USER)
        (box / "tmp" / name).rename(box / "new" / name)
        return email.message_from_bytes(message)["Message-ID"]

    def number_anew(self):
        """Gives the inbox another UIDVALIDITY, as after a restore. IMAP must be stopped."""
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds.
        for file in self._box(self.mailbox).glob("dovecot*"):
            file.unlink()

    def change_password(self, password):
        """From now on `password` is the mailbox's; connections that are open stay."""
        (self.folder / "users").write_text(f"{self.mailbox}:{password}\n")

    def deafen(self):
        """The IMAP sessions that are open hear and say nothing any more; new ones work."""
        for pid in self._imap_sessions():
            os.kill(pid, signal.SIGSTOP)
            self._deaf.append(pid)

    def mails_to(self, guest):
        """What `guest` was sent, in order, as email.message.EmailMessage."""
        return [mail for mail in self._mails(self.folder / "mail" / "guests") if mail["X-Original-To"] == guest]

    def texts_to(self, guest):
        return [mail.get_body(("plain",)).get_content().replace("\r\n", "\n") for mail in self.mails_to(guest)]

    def sent(self):
        """What is filed in Sent."""
        return self._mails(self.folder / "mail" / self.mailbox / ".Enviados")

    def wait_for(self, condition, timeout_s=60.0):
        """Waits until `condition()` is truthy and returns its value; AssertionError after `timeout_s`."""
        end_at = time.monotonic() + timeout_s
        while not (value := condition()):
            assert time.monotonic() < end_at, f"not seen within {timeout_s} s:\n{self}"
            time.sleep(0.05)
        return value

    def __str__(self):
        logs = [self.folder / name for name in ("dovecot.log", "dovecot.out", "postfix.log", "postfix.out")]
        return "\n".join(f"{log.name}:\n{log.read_text(errors='replace')[-3000:]}" for log in logs if log.exists())

    def _imap_sessions(self):
        """The processes that serve one connection each."""
        children = pathlib.Path(f"/proc/{self._dovecot.pid}/task/{self._dovecot.pid}/children").read_text().split()
        return [int(pid) for pid in children if pathlib.Path(f"/proc/{pid}/comm").read_text() == "imap\n"]

    def _mails(self, box):
        files = [file for part in ("new", "cur") if (box / part).exists() for file in (box / part).iterdir()]
        files.sort(key=lambda file: file.stat().st_mtime_ns)
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def _box(self, address):
        box = self.folder / "mail" / address
        if not box.exists():
            for part in (box, box / "tmp", box / "new", box / "cur"):
                part.mkdir()
                os.chown(part, USER, USER)
        return box

    def _filled(self, template):
        return template.format(folder=self.folder, user=USER, mailbox=self.mailbox, imap_port=self.imap_port,
                               smtps_port=self.smtps_port, submission_port=self.submission_port, name=self.folder.name,
                               max_size=self._max_size, restrictions=self._restrictions())  # fmt: skip

    def _restrictions(self):
        table = ", ".join(f"{{ {who} = {reply} }}" for who, reply in self._refusals.items())
        checks = f"check_recipient_access inline:{{ {table} }}, " if table else ""
        return checks + "permit_sasl_authenticated, reject"

    def _write_postfix(self):
        (self.folder / "etc" / "main.cf").write_text(self._filled(POSTFIX))
        (self.folder / "etc" / "master.cf").write_text(self._filled(SERVICES))

    def _wait_for_port(self, port, process):
        end_at = time.monotonic() + START_S
        context = ssl.create_default_context(cafile=self.ca_file)
        while True:
            assert process.poll() is None, f"the mail server ended with {process.returncode}:\n{self}"
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as plain:
                    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                        if secure.recv(1):
                            return
            except OSError:
                pass
            assert time.monotonic() < end_at, f"the mail server does not listen:\n{self}"
            time.sleep(0.05)


class LossyRelay:
    """A submission server before the real one that takes a mail whole, hands it on, and loses the answer. Use as a context
    manager; `losses`: how many answers are still to be lost."""

    def __init__(self, server, losses=1):
        self.losses = losses
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._here.load_cert_chain(server.folder / "cert.pem", server.folder / "key.pem")
        self._there = ssl.create_default_context(cafile=server.ca_file)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            try:
                self._carry(plain)
            except OSError:
                pass  # One side has gone.
            finally:
                plain.close()

    def _carry(self, plain):
        plain.settimeout(30)
        with self._here.wrap_socket(plain, server_side=True) as client:
            with socket.create_connection(("127.0.0.1", self._server.smtps_port), 30) as far:
                with self._there.wrap_socket(far, server_hostname="127.0.0.1") as server:
                    self._relay(client, client.makefile("rb"), server, server.makefile("rb"))

    def _relay(self, client, commands, server, answers):
        in_mail = False
        client.sendall(answer_of(answers))
        while line := commands.readline():
            server.sendall(line)
            if in_mail and line != b".\r\n":
                continue
            answer = answer_of(answers)
            if in_mail and self.losses > 0:
                self.losses -= 1
                return
            in_mail = not in_mail and answer.startswith(b"354")
            client.sendall(answer)


def answer_of(answers):
    """One answer of an SMTP server, with all its lines."""
    lines = [answers.readline()]
    while lines[-1][3:4] == b"-":
        lines.append(answers.readline())
    return b"".join(lines)


def end(process):
    """Ends a server in order, with its children -> None."""
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return None
