"""The migrations make exactly the tables that schema/ declares, and nobody touches a newer catalog."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from synesthete.catalog import Catalog
from synesthete.catalog.migrate import FOLDER, HEAD, KNOWN
from synesthete.catalog.schema import metadata
from synesthete.errors import MismatchError, SettingsError, SynestheteError


def _ours(thing, name, kind, reflected, compared_to):
    return not (kind == "table" and name.startswith("track_words"))


def test_migrations_make_the_schema(catalog):
    with catalog.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == HEAD
    assert {script.revision for script in scripts.walk_revisions()} == KNOWN


def test_a_newer_catalog_is_refused_and_left_alone(catalog_url):
    with Catalog(catalog_url) as catalog, catalog.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MismatchError, match=r"9999.*newer version"):
        Catalog(catalog_url)


def test_an_older_catalog_keeps_its_scores_and_app_passwords(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    with create_engine(url).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(
            "INSERT INTO listeners (id, name, role, time_zone, letter, letter_weekday, letter_hour, created_at) "
            "VALUES (7, 'ana', 'owner', 'UTC', 0, 0, 7, 1)"
        ))  # fmt: skip
        connection.execute(text(
            "INSERT INTO scores (at, protocol, subject, metric, value) VALUES (5, 'taste', 'ease', 'recall@20', 0.5)"
        ))  # fmt: skip
        connection.execute(text(
            "INSERT INTO \"values\" VALUES ('subsonic password 7', 'swordfish'), ('subsonic password 8', 'of nobody')"
        ))  # fmt: skip
    with Catalog(url) as catalog:
        [score] = catalog.scores.all()
        assert (score.value, score.listener_id, score.rests_on) == (0.5, None, None)
        assert catalog.personal.kept(7, "app password") == "swordfish"
        assert catalog.values.get("subsonic password 7") is catalog.values.get("subsonic password 8") is None
        catalog.personal.erase(7)
        assert catalog.personal.kept(7, "app password") is None


def test_two_processes_may_open_a_new_catalog_at_once(tmp_path):
    place = tmp_path / "deep" / "er" / "catalog.sqlite"
    code = f"from synesthete.catalog import Catalog; c = Catalog('sqlite:///{place}'); c.values.put('a', 'b'); print(c.values.get('a'))"
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [process.communicate()[0].strip() for process in both] == ["b", "b"]


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense"])
def test_other_urls_are_refused(url):
    with pytest.raises(SettingsError):
        Catalog(url)


def test_a_file_that_is_no_catalog_is_left_alone(tmp_path):
    place = tmp_path / "letter.txt"
    place.write_text("Dear sister, " * 1000)
    with pytest.raises(SynestheteError, match="not a catalog"):
        Catalog(f"sqlite:///{place}")
    assert place.read_text().startswith("Dear sister")


def test_an_absent_server_is_named_without_its_password():
    with pytest.raises(SynestheteError) as told:
        Catalog("postgresql://me:swordfish@127.0.0.1:9/catalog")
    assert "does not answer" in str(told.value) and "swordfish" not in str(told.value)


def test_a_driver_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'synesthete\[postgres\]'"):
        Catalog("postgresql://me@127.0.0.1:1/music")
