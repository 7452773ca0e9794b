"""The admin listener of the real host: tokens by the command line, scopes, limits, the document, the files."""

import re
import stat

import admin_api
import graph_api
import host_process
import hotel as hotels
import pytest

TOKEN = re.compile(r"cj_[a-z0-9]{1,16}_[0-9a-f]{64}")
WRONG = "cj_0123456789ab_" + "0" * 64
PLUGINS = "/api/v1/admin/plugins"
TOKENS = "/api/v1/admin/tokens"
BUDGET = 10  # Failures of one source in a minute: so few that no machine is too slow to use it up.


@pytest.fixture
def admin_config(config):
    return config | {"admin": {"listen": "127.0.0.1:0", "failures_per_minute": BUDGET}}


@pytest.fixture
def host(admin_config, make_host):
    host = make_host(admin_config)
    host.start()
    return host


def command(host, *arguments):
    """A command that must do what it is asked -> what it said on its standard output."""
    done = host.run(*arguments[:2], host.config_file, *arguments[2:])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(host, *arguments):
    """A command that must not -> what it said of it."""
    done = host.run(*arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    return done.stderr


def make_token(host, *scopes, more=()):
    token = command(host, "tokens", "add", "--name", "a test", *[f"--scope={scope}" for scope in scopes], *more).strip()
    assert TOKEN.fullmatch(token), token
    return token


def id_of(token):
    return token.split("_")[1]


def api_of(host, *scopes):
    return admin_api.AdminApi(host.admin_url, make_token(host, *scopes) if scopes else None)


# Tokens.


def test_a_token_of_the_command_line_works_before_and_after_the_first_start(store, graph, receiver, make_host):
    """Without a host the command writes the store itself; with one it asks that."""
    config = hotels.configuration(graph, receiver, store, host_process.PLUGINS)
    host = make_host(config | {"admin": {"listen": "127.0.0.1:0"}})
    host.write_config()
    before = make_token(host, "plugins:read")
    host.start()
    after = make_token(host, "plugins:read")
    api = api_of(host)
    for token in (before, after):
        assert api.call("GET", PLUGINS, token=token)[0] == 200
    assert id_of(before) in command(host, "tokens", "list")

    assert command(host, "tokens", "revoke", id_of(before)) == f"revoked {id_of(before)}\n"
    status, problem, _ = api.call("GET", PLUGINS, token=before)
    assert (status, problem["detail"]) == (401, "the API token was revoked")
    assert api.call("GET", PLUGINS, token=after)[0] == 200
    host.restart()
    api = api_of(host)
    assert api.call("GET", PLUGINS, token=before)[0] == 401
    assert api.call("GET", PLUGINS, token=after)[0] == 200
    assert hotels.query(store, host.folder, "SELECT count(*) FROM api_tokens WHERE hash LIKE '$argon2id$%'") == [("2",)]
    assert after not in host.log and before not in host.log


def test_the_list_of_tokens_says_what_each_is(host):
    token = make_token(host, "plugins:read", "plugins:write", more=["--expires", "90d"])
    revoked = make_token(host, "*")
    command(host, "tokens", "revoke", id_of(revoked))
    lines = {line.split()[0]: line for line in command(host, "tokens", "list").splitlines()}
    assert re.search(r"a test +expires 20\d\d-\d\d-\d\d +last used never +plugins:read +plugins:write$", lines[id_of(token)])
    assert re.search(r"expires never .* REVOKED 20\d\d-\d\d-\d\d +\*$", lines[id_of(revoked)])
    assert refused(host, "tokens", "revoke", host.config_file, id_of(revoked)).startswith("conserje: there is no token")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--name", "a", "--scope", "plugins:reed"], 'did you mean "plugins:read"?'),
        (["--name", "", "--scope", "*"], "--name takes 1 to 100 bytes"),
        (["--name", "a", "--scope", "*", "--expires", "90"], "--expires takes"),
        (["--name", "a", "--scope", "*", "--expires", "0d"], "--expires takes"),
        (["--name", "a", "--scope", "*", "--expires", "999999d"], "--expires takes"),
    ],
)
def test_a_token_that_cannot_be_is_not_made(host, arguments, said):
    assert said in refused(host, "tokens", "add", host.config_file, *arguments)


def test_a_token_gives_no_scope_that_it_has_not(host):
    api = api_of(host, "tokens:write", "plugins:read")
    status, made, headers = api.call("POST", TOKENS, {"name": "a", "scopes": ["plugins:read"], "expires_s": 60})
    assert (status, headers["location"]) == (201, f"{TOKENS}/{made['id']}")
    assert api.call("GET", PLUGINS, token=made["token"])[0] == 200
    assert api.call("POST", TOKENS, {"name": "a", "scopes": ["plugins:write"]})[0] == 403
    status, problem, _ = api.call("POST", TOKENS, {"name": "", "scopes": ["root"]})
    assert status == 422 and [error["pointer"] for error in problem["errors"]] == ["/name", "/scopes/0"]
    assert api.call("DELETE", f"{TOKENS}/{made['id']}")[0] == 204
    assert api.call("GET", TOKENS)[0] == 403


# Plugins.


def test_the_plugins_are_listed_with_version_and_health(host):
    api = api_of(host, "plugins:read")
    status, page, _ = api.call("GET", PLUGINS)
    assert status == 200 and page["next"] is None
    assert [plugin["name"] for plugin in page["items"]] == ["builtin", "crm", "frontdesk", "whatsapp"]
    first, rest = (api.call("GET", PLUGINS + query)[1] for query in ("?limit=1", "?limit=3&after=builtin"))
    assert [first["items"], first["next"]] == [page["items"][:1], "builtin"]
    assert rest == {"items": page["items"][1:], "next": None}

    status, plugin, _ = api.call("GET", PLUGINS + "/whatsapp")
    assert status == 200 and plugin["use"] == "channel/whatsapp" and plugin["kinds"] == ["channel"]
    assert plugin["required"] and plugin["health"]["state"] in ("ok", "degraded") and plugin["slots"] >= 1
    assert api.call("GET", PLUGINS + "/other")[0] == 404


def test_what_confines_a_worker_is_listed_item_by_item(admin_config, make_host):
    admin_config["plugins"]["crm"]["isolation"] = "process"
    host = make_host(admin_config)
    host.start()
    api = api_of(host, "plugins:read")
    here, there = (api.call("GET", f"{PLUGINS}/{name}")[1]["sandbox"] for name in ("builtin", "crm"))
    assert here == []
    names = ["parent", "limits", "capabilities", "no_new_privs", "files", "system_calls"]
    assert [item["name"] for item in there] == names
    assert there[0]["enforced"] and all(item["detail"] for item in there)


def test_what_a_token_may_not_is_403_and_names_the_scope(host):
    status, problem, headers = api_of(host, "plugins:read").call("POST", "/api/v1/admin/reload")
    assert status == 403 and '"plugins:write"' in problem["detail"]
    assert 'scope="plugins:write"' in headers["www-authenticate"]
    assert re.search(r'"message":"admin write".*"path":"/api/v1/admin/reload","status":403', host.log)


# Strictness.


def test_a_wrong_token_is_401_and_after_a_minutes_budget_429(host):
    api = api_of(host, "plugins:read")
    assert api.call("GET", PLUGINS)[0] == 200
    answers = [api.call("GET", PLUGINS, token=WRONG) for _ in range(2 * BUDGET)]
    statuses = [status for status, _, _ in answers]
    assert statuses[:BUDGET] == [401] * BUDGET and statuses[-1] == 429
    assert 1 <= int(answers[-1][2]["retry-after"]) <= 60 // BUDGET
    assert api.call("GET", PLUGINS)[0] == 200, "a token that is known is not refused for the others of its source"
    command(host, "tokens", "list")  # Nor is the one of this machine's commands.
    assert WRONG not in host.log


def test_who_asks_wrongly_is_told_what_is_right(host):
    api = api_of(host, "*")
    for call, status in [
        (("GET", "/api/v1/admin/nothing"), 404),
        (("DELETE", PLUGINS), 405),
        (("PUT", PLUGINS, {}), 405),
        (("GET", PLUGINS + "?colour=red"), 400),
        (("GET", PLUGINS + "?limit=0"), 400),
        (("POST", "/api/v1/admin/reload", {}), 400),
        (("GET", PLUGINS, None, None, {"Accept": "text/html"}), 406),
        (("POST", TOKENS, {}, None, {"Content-Type": "text/plain"}), 415),
        (("POST", TOKENS, []), 422),
        (("GET", PLUGINS, None, None, {"Authorization": "Basic YTpi"}), 401),
    ]:
        assert api.call(*call)[0] == status, call


def test_a_body_over_the_limit_is_413(host):
    token = make_token(host, "*")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert graph_api.http_call("POST", host.admin_url + TOKENS, b" " * 65_537, headers)[0] == 413


def test_the_document_is_one_of_openapi(host):
    admin_api.check_document(api_of(host).document)


def test_the_api_is_on_its_own_listener_alone(host):
    assert host.get(PLUGINS)[0] == 404
    assert host.get("/api/v1/openapi.yaml")[0] == 404
    for path in ("/", "/metrics", "/health/live", "/webhooks/whatsapp"):
        assert graph_api.http_call("GET", host.admin_url + path)[0] == 404


# This machine's commands.


def test_the_files_for_this_machines_commands_come_and_go_with_the_host(host):
    token = host.data("admin.token").read_text().strip()
    assert TOKEN.fullmatch(token) and token.startswith("cj_local_")
    assert stat.S_IMODE(host.data("admin.token").stat().st_mode) == 0o600
    api = api_of(host)
    assert api.call("GET", TOKENS, token=token)[0] == 200
    host.restart()
    assert host.data("admin.token").read_text().strip() != token
    assert api_of(host).call("GET", TOKENS, token=token)[0] == 401
    host.stop()
    assert not host.data("admin.token").exists() and not host.data("admin.listen").exists()
    host.start()


def test_reload_without_a_host_says_so(admin_config, make_host):
    host = make_host(admin_config)
    host.write_config()
    assert "no host with an admin API runs with the data folder" in refused(host, "reload", host.config_file)


def test_reload_of_a_host_that_was_killed_says_so(host):
    host.kill9()
    assert host.data("admin.listen").exists()
    assert "no host with an admin API runs" in refused(host, "reload", host.config_file)
    host.start()


def test_commands_say_when_the_configuration_has_no_admin_section(config, make_host):
    host = make_host(config)
    host.start()
    assert 'has no section `admin`' in refused(host, "reload", host.config_file)
    said = refused(host, "tokens", "add", host.config_file, "--name", "a", "--scope", "*")
    assert "is in use by another host" in said and "section `admin`" in said
    assert not host.data("admin.listen").exists()


def test_reload_names_a_plugin_that_is_not_there(host):
    assert 'no plugin of this host is named "other"' in refused(host, "reload", host.config_file, "other")


def test_an_admin_port_in_use_is_refused(host, admin_config, make_host):
    taken = host.admin_url.removeprefix("http://")
    other = make_host(admin_config | {"admin": {"listen": taken}})
    other.start(wait=False)
    assert other.wait_end() == 1
    assert "in use" in other.log
    assert not other.data("admin.token").exists()


# Webhooks.


@pytest.fixture
def guarded(config):
    config["limits"]["http"] = {"failures_per_minute": BUDGET}
    return config


@pytest.fixture
def guarded_hotel(guarded, small_hotel):
    """An open hotel whose sources have so small a budget."""
    return small_hotel


def flood(hotel, headers=None):
    """More bad signatures than a source may send -> the statuses."""
    headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64} | (headers or {})
    return [graph_api.http_call("POST", hotel.webhook, b"{}", headers)[0] for _ in range(2 * BUDGET)]


def test_signatures_that_do_not_verify_are_429_beyond_a_budget_and_good_ones_never(guarded_hotel):
    statuses = flood(guarded_hotel)
    assert statuses[:BUDGET] == [401] * BUDGET and 429 in statuses
    for number in range(3):
        guarded_hotel.ask(f"3465501030{number}", "Hola")
    assert 'webhooks_rejected_total{channel="whatsapp",reason="rate"}' in guarded_hotel.host.get("/metrics")[1].decode()


def test_sources_behind_a_trusted_proxy_have_a_budget_each(graph, receiver, guarded, make_host):
    host = make_host(guarded | {"trusted_proxies": ["127.0.0.0/8"]})
    host.start()
    hotel = hotels.Hotel(host, graph, receiver)
    assert 429 in flood(hotel, {"X-Forwarded-For": "203.0.113.9"})
    bad = {"X-Hub-Signature-256": "sha256=" + "0" * 64, "X-Forwarded-For": "1.2.3.4, 198.51.100.1"}
    assert graph_api.http_call("POST", hotel.webhook, b"{}", bad)[0] == 401


def test_a_source_that_no_trusted_proxy_names_is_not_believed(guarded_hotel):
    assert 429 in flood(guarded_hotel, {"X-Forwarded-For": "203.0.113.9"})
    bad = {"X-Hub-Signature-256": "sha256=" + "0" * 64, "X-Forwarded-For": "198.51.100.1"}
    assert graph_api.http_call("POST", guarded_hotel.webhook, b"{}", bad)[0] == 429
