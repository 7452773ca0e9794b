"""`conserje nlu`: lines in, lines out; test sets; models of a hotel's own sentences."""

import json
import os

import host_process
import pytest


@pytest.fixture
def conserje(tmp_path, monkeypatch):
    """conserje(*arguments, stdin="") -> CompletedProcess, with the build's plugins and no configuration."""
    monkeypatch.setenv("CONSERJE_PLUGIN_PATH", os.path.abspath(host_process.PLUGINS))
    host = host_process.Host(tmp_path, {})
    return host.run


def lines(*questions):
    return "".join((q if isinstance(q, str) else json.dumps(q, ensure_ascii=False)) + "\n" for q in questions)


def answers(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_parse_answers_each_line_by_the_shipped_plugin(conserje):
    asked = lines(
        {"text": "¡Ñandú! quiero cancelar la reserva del 10 de diciembre", "language": "es", "now": "2026-11-20T10:00:00"},
        {"text": "what's the wifi password?", "now": "2026-11-20T10:00:00"},
    )
    cancel, wifi = answers(conserje("nlu", "parse", stdin=asked))
    assert (cancel["intent"], cancel["language"]) == ("cancel_reservation", "es")
    assert 0.6 < cancel["confidence"] <= 1
    assert cancel["ranking"][0] == {"intent": "cancel_reservation", "confidence": cancel["confidence"]}
    assert len(cancel["ranking"]) == 3
    [date] = [entity for entity in cancel["entities"] if entity["entity"] == "date"]
    text = json.loads(asked.splitlines()[0])["text"]
    assert text[date["start"] : date["end"]] == date["text"]
    assert date["value"]["start"].startswith("2026-12-10")
    assert (wifi["intent"], wifi["topic"], wifi["language"]) == ("hotel_info", "wifi", "en")


def test_a_bad_line_is_answered_with_an_error_and_the_run_goes_on(conserje):
    asked = lines("", "hola", {"text": 3}, {"text": "hola", "now": "tomorrow"}, {"text": "hola"})
    said = answers(conserje("nlu", "parse", stdin=asked))
    assert [list(answer) == ["error"] for answer in said] == [True, True, True, True, False]
    assert said[-1]["intent"] == "greeting"


def test_parse_asks_the_plugin_of_a_configuration(conserje, tmp_path, config):
    path = tmp_path / "conserje.yaml"
    path.write_text(json.dumps(config))
    [answer] = answers(conserje("nlu", "parse", "--config", path, stdin=lines({"text": "hola", "language": "es"})))
    assert answer["intent"] == "greeting"


def test_memory_does_not_grow_with_the_lines(conserje):
    asked = lines({"text": "quiero reservar del 10 al 12 de diciembre para 2 personas", "now": "2026-11-20T10:00:00"})
    done = conserje("nlu", "parse", stdin=asked * 5000, timeout_s=300)
    assert len(done.stdout.splitlines()) == 5000
    assert len(set(done.stdout.splitlines())) == 1


def test_eval_measures_test_sets(conserje, tmp_path):
    test_set = tmp_path / "set.jsonl"
    test_set.write_text(
        lines(
            {"lang": "es", "text": "quiero cancelar mi reserva", "intent": "cancel_reservation"},
            {"lang": "es", "text": "quién ganó el mundial de fútbol", "intent": "out_of_scope"},
            {"lang": "es", "input": "el 10 de diciembre", "ref": "2026-11-20T10:00:00",
             "expected": [{"type": "date", "values": [{"value": "2026-12-10"}]}]},
        )
    )  # fmt: skip
    done = conserje("nlu", "eval", test_set)
    assert done.returncode == 0, done.stderr
    figures = [line.split(": ", 1)[1].split() for line in done.stdout.splitlines()]
    assert {figure[0] for figure in figures} >= {"accuracy", "macro-F1", "ECE", "dates"}
    assert all(figure[-2:] == ["100.0", "%"] for figure in figures if figure[0] in {"accuracy", "dates"})


def test_eval_names_the_rows_that_it_cannot_read(conserje, tmp_path):
    test_set = tmp_path / "set.jsonl"
    test_set.write_text(lines({"text": "hola", "intent": "greeting"}, {"what": "is this"}))
    done = conserje("nlu", "eval", test_set)
    assert done.returncode == 1
    assert "set.jsonl:2:" in done.stderr
    assert "accuracy" in done.stdout


SURF = """version: "3.1"
lists:
  gear: [tabla, traje]
nlu:
- intent: surf_lessons
  examples: |
    - clases de surf
    - quiero aprender [surf](sport)
    - alquilan {gear} de surf?
- intent: greeting
  examples: |
    - hola
    - buenas
    - que tal
- intent: out_of_scope
  examples: |
    - quien gano
    - pon musica
"""


def test_train_compiles_a_model_that_the_plugin_maps(conserje, tmp_path, config):
    examples = tmp_path / "es-surf.yaml"
    examples.write_text(SURF)
    model = tmp_path / "surf.model"
    done = conserje("nlu", "train", "--out", model, examples)
    assert done.returncode == 0, done.stderr
    assert "language model trained: " in done.stdout and "accuracy" in done.stdout
    assert "surf_lessons has 3 lines" in done.stdout
    trained = model.read_bytes()
    conserje("nlu", "train", "--out", model, examples)
    assert model.read_bytes() == trained

    name = config["pipeline"][0]["understand"]
    config["plugins"][name]["config"] = {"model": str(model)}
    path = tmp_path / "conserje.yaml"
    path.write_text(json.dumps(config))
    [answer] = answers(conserje("nlu", "parse", "--config", path, stdin=lines({"text": "clases de surf", "language": "es"})))
    assert answer["intent"] == "surf_lessons"


def test_train_says_what_it_cannot_learn_from(conserje, tmp_path):
    (tmp_path / "es-bad.yaml").write_text("nlu: 3\n")
    for name in ("es-bad.yaml", "es-missing.yaml"):
        done = conserje("nlu", "train", "--out", tmp_path / "bad.model", tmp_path / name)
        assert done.returncode == 1
        assert name in done.stderr
    assert not (tmp_path / "bad.model").exists()


def test_export_writes_what_reads_the_same(conserje, tmp_path):
    examples = tmp_path / "es-surf.yaml"
    examples.write_text(SURF)
    exported = tmp_path / "es-all.yaml"
    done = conserje("nlu", "export", "--out", exported, examples)
    assert done.returncode == 0, done.stderr
    assert "    - alquilan traje de surf?\n" in exported.read_text()
    again = tmp_path / "es-again.yaml"
    assert conserje("nlu", "export", "--out", again, exported).returncode == 0
    assert again.read_text() == exported.read_text()


def test_parse_tells_each_of_several_requests(conserje):
    asked = lines({"text": "cancel my booking and what time is breakfast?", "language": "en"})
    [answer] = answers(conserje("nlu", "parse", stdin=asked))
    assert answer["intent"] == "cancel_reservation"
    assert [(also["intent"], also["topic"]) for also in answer["also"]] == [("hotel_info", "breakfast")]
