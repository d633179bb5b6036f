"""`synesthete import` as a person meets it: words, exit codes, JSON."""

from __future__ import annotations

import json

from synesthete.cli import run
from tests.datasets.reading import write
from tests.datasets.tfrecords import clips

LISTEN = json.dumps(
    {"listened_at": 1_700_000_000, "track_metadata": {"track_name": "Cogs", "artist_name": "Ada"}}
)


def test_one_good_file_and_one_bad_one(tmp_path, capsys):
    data = ["--data", str(tmp_path / "data")]
    good = write(tmp_path / "in" / "listens.jsonl", LISTEN + "\nnot json\n")
    bad = write(tmp_path / "in" / "smart.nsp", '{"all": [{"is": {"loved": true}}]}')
    assert run(["import", *data, str(good), str(bad)]) == 3
    out = capsys.readouterr().out
    assert "listens.jsonl: listenbrainz, imported" in out and "line 2: not JSON" in out
    assert (
        "  tracks not found 1\n    not in the library: Ada - Cogs" in out
        and "a rule, not a list of tracks" in out
    )
    assert run(["import", *data, str(good)]) == 0
    assert "known (imported before)" in capsys.readouterr().out


def test_json_is_one_document_with_every_count(tmp_path, capsys):
    path = write(tmp_path / "listens.jsonl", LISTEN)
    assert run(["import", "--data", str(tmp_path / "data"), "--json", "listenbrainz", str(path)]) == 0
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert told["state"] == "imported" and told["read"] == told["accepted"] == 1
    assert told["matched"] == {"none": 1} and told["written"] == {"listens": 1}


def test_where_nothing_is_of_a_known_kind_nothing_was_imported(tmp_path, capsys):
    data = ["--data", str(tmp_path / "data")]
    write(tmp_path / "in" / "a.json", '{"weather": "fine"}')
    write(tmp_path / "in" / "b.json", '{"weather": "foul"}')
    assert run(["import", *data, str(tmp_path / "in")]) == 1
    assert "skipped (no kind of file that is known here)" in capsys.readouterr().out
    write(tmp_path / "in" / "listens.jsonl", LISTEN)
    assert run(["import", *data, str(tmp_path / "in")]) == 0  # beside it they do no harm, as in an archive


def test_misuse_in_words(tmp_path, capsys):
    data = ["--data", str(tmp_path / "data")]
    path = str(write(tmp_path / "a.jsonl", LISTEN))
    assert run(["import", *data, "spotify", path]) == 1
    assert "there is no kind 'spotify'" in capsys.readouterr().err
    assert run(["import", *data, str(tmp_path / "nowhere.json")]) == 1
    assert run(["import", *data, "listenbrainz"]) == 2
    assert run(["import", *data, "--listener", "nobody", path]) == 1
    told = capsys.readouterr().err
    assert "no listener has this name: nobody. `synesthete listeners list` names them." in told


def test_audioset_tables(tmp_path, capsys):
    path = write(tmp_path / "a.tfrecord", b"".join(clips(3)))
    arguments = ["--data", str(tmp_path / "data"), "audioset", str(path), "--out", str(tmp_path / "out")]
    assert run(["import", *arguments]) == 0
    assert "3 clips in" in capsys.readouterr().out
    assert len((tmp_path / "out" / "audioset.jsonl").read_text().splitlines()) == 3
    assert (tmp_path / "out" / "audioset.parquet").stat().st_size > 3000
