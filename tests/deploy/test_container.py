"""The image and its compose file: linted, in step with the program, and their steps done in a clean environment."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from synesthete.cli import root
from synesthete.settings import PREFIX, Settings
from synesthete.web.openapi import document
from tests.deploy.containerfile import commands, copies, environment, read, stages

ROOT = Path(__file__).parents[2]
CONTAINERFILE, COMPOSE = ROOT / "deploy" / "Containerfile", ROOT / "deploy" / "compose.yaml"
IMAGE = stages(read(CONTAINERFILE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def ignored(name: str) -> bool:
    """Whether .dockerignore keeps a path out of the context: the last pattern that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        bare = pattern.removeprefix("!").removeprefix("**/")
        parts = name.split("/")
        tails = [name] if "**/" not in pattern else ["/".join(parts[i:]) for i in range(len(parts))]
        heads = ["/".join(tail.split("/")[: bare.count("/") + 1]) for tail in tails]
        if any(fnmatch.fnmatch(head, bare) for head in heads):
            out = not pattern.startswith("!")
    return out


def test_images_are_pinned_to_a_version_and_named_in_full() -> None:
    for stage in IMAGE:
        image = stage[0].rest.split(" ")[0]
        assert re.fullmatch(r"[\w.-]+\.\w+/[\w./-]+:\d[\w.-]*", image), f"{image}: registry, name and version"
    pythons = {re.search(r"python:(\d+\.\d+)", stage[0].rest).group(1) for stage in IMAGE}  # type: ignore[union-attr]
    assert len(pythons) == 1, "what one Python installs another cannot run"
    least = PROJECT["requires-python"].removeprefix(">=")
    assert tuple(map(int, pythons.pop().split("."))) >= tuple(map(int, least.split(".")))


def test_good_habits() -> None:
    everything = [one for stage in IMAGE for one in stage]
    assert not [one for one in everything if one.word in ("ADD", "MAINTAINER")]
    for one in everything:
        if one.word == "RUN" and "apt-get" in one.rest:
            assert "apt-get update" in one.rest and "--no-install-recommends" in one.rest
            assert re.search(r"install\b.* -y|-y .*install|install -y", one.rest)
            assert "rm -rf /var/lib/apt/lists/*" in one.rest, "lists of packages swell the layer"
        if one.word == "RUN":
            assert "sudo" not in one.rest and not re.search(r"curl[^&]*\|\s*(ba)?sh", one.rest)
        if one.word in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            assert one.listed, f"{one.word} in shell form does not get signals"
        if one.word == "WORKDIR":
            assert one.rest.startswith("/")
        if "pip install" in one.rest:
            assert "--no-cache-dir" in one.rest
    for word in ("CMD", "HEALTHCHECK"):
        assert sum(one.word == word for one in IMAGE[-1]) == 1
    assert not any(re.search(r"(?i)token|password|secret", key) for key in environment(IMAGE[-1]))


def test_nobody_is_root_when_it_runs() -> None:
    words = [one.word for one in IMAGE[-1]]
    user = next(one.rest for one in reversed(IMAGE[-1]) if one.word == "USER")
    assert user not in ("root", "0") and any(f"{user}" in c for c in commands(IMAGE[-1]) if "useradd" in c)
    assert "RUN" not in words[words.index("USER") :]
    volume = next(one.rest for one in IMAGE[-1] if one.word == "VOLUME")
    assert any(c == f"chown {user} {volume}" for c in commands(IMAGE[-1])), "its data is its own"


def test_what_is_copied_is_there_and_nothing_built_goes_along() -> None:
    names = [stage[0].rest.partition(" AS ")[2] for stage in IMAGE]
    for number, stage in enumerate(IMAGE):
        for origin, sources, _ in copies(stage):
            if origin is not None:
                assert origin in names[:number]
                continue
            for source in sources:
                assert (ROOT / source).exists() and not ignored(source), source
    for name in (
        "webapp/node_modules/vite/package.json", "src/synesthete/__pycache__/x.pyc", ".git/HEAD", ".venv/bin/python",
        "src/synesthete/web/static/assets/old.js", ".data/catalog.sqlite", ".mypy_cache/x",
    ):  # fmt: skip
        assert ignored(name), name
    tracked = subprocess.run(["git", "ls-files", "src", "webapp"], cwd=ROOT, capture_output=True, text=True)
    assert not [name for name in tracked.stdout.splitlines() if ignored(name)]


def test_what_is_installed_is_offered() -> None:
    extras = re.findall(r'pip install .*"\.\[([\w,]+)\]"', "\n".join(commands(IMAGE[0])))
    assert extras and set(extras[0].split(",")) <= set(PROJECT["optional-dependencies"])
    assert "torch" not in str(commands(IMAGE[0])), "the training room does not go into a server"


def settings_named(names: list[str]) -> None:
    for name in names:
        assert name.removeprefix(PREFIX).lower() in Settings.model_fields, f"{name} is no setting"


def test_settings_port_health_and_command_are_those_of_the_program() -> None:
    settings_named([name for name in environment(IMAGE[-1]) if name.startswith(PREFIX)])
    port = next(one.rest for one in IMAGE[-1] if one.word == "EXPOSE")
    assert int(port) == Settings.model_fields["port"].default
    health = next(one.rest for one in IMAGE[-1] if one.word == "HEALTHCHECK")
    address = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", health)
    assert address and address[1] == port and address[2] in document()["paths"]
    command = next(one.listed for one in IMAGE[-1] if one.word == "CMD")
    assert command and command[0] in PROJECT["scripts"]
    assert CliRunner().invoke(root, [*command[1:], "--help"]).exit_code == 0
    kept = environment(IMAGE[-1])
    assert kept[f"{PREFIX}DATA"] == next(one.rest for one in IMAGE[-1] if one.word == "VOLUME")
    assert kept[f"{PREFIX}ROOTS"] in next(c for c in commands(IMAGE[-1]) if c.startswith("mkdir")).split()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="the compose file is read with PyYAML")
    return yaml.safe_load(COMPOSE.read_text("utf-8"))


def test_compose_names_existing_settings_files_and_volumes(services: dict[str, Any]) -> None:
    program, database = services["services"]["synesthete"], services["services"]["database"]
    settings_named(list(program["environment"]))
    build = program["build"]
    assert (COMPOSE.parent / build["context"]).resolve() == ROOT
    assert (COMPOSE.parent / build["context"] / build["dockerfile"]).resolve() == CONTAINERFILE
    inside = {mount.rpartition(":/")[2].removesuffix(":ro") for mount in program["volumes"]}
    assert {f"/{place}" for place in inside} == {"/data", environment(IMAGE[-1])[f"{PREFIX}ROOTS"]}
    named = {
        mount.split(":")[0] for one in (program, database) for mount in one["volumes"] if "$" not in mount
    }
    assert named == set(services["volumes"])
    assert any(mount.endswith("/music:ro") for mount in program["volumes"]), "music is never written to"
    assert program["ports"] == [
        f"{Settings.model_fields['port'].default}:{Settings.model_fields['port'].default}"
    ]
    assert re.fullmatch(r"[\w.-]+\.\w+/[\w./-]+:\d[\w.-]*", database["image"])


def test_compose_waits_for_a_database_that_the_address_means(services: dict[str, Any]) -> None:
    from sqlalchemy.engine import make_url

    program, database = services["services"]["synesthete"], services["services"]["database"]
    url, kept = make_url(program["environment"]["SYNESTHETE_DATABASE"]), database["environment"]
    assert url.host in services["services"] and url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.database) == (
        kept["POSTGRES_USER"], kept["POSTGRES_PASSWORD"], kept["POSTGRES_DB"]
    )  # fmt: skip
    assert program["depends_on"][url.host]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"] == ["CMD-SHELL", f"pg_isready -U {url.username}"]
    for name in ("SYNESTHETE_TOKEN", "MUSIC"):
        assert re.search(r"\$\{" + name + r":\?[^}]+\}", COMPOSE.read_text("utf-8")), f"{name} must be given"


def test_its_steps_work_in_a_clean_environment(tmp_path: Path) -> None:
    """The context as .dockerignore leaves it becomes a wheel, is installed apart, and serves: CMD and HEALTHCHECK.

    What it needs is borrowed from this environment, and the page is left out, since both would be downloaded.
    """
    pytest.importorskip("hatchling", reason="building a wheel needs hatchling")
    context = tmp_path / "context"
    for _, sources, _ in copies(IMAGE[0]):
        for name in sources:
            _copy(name, context)
    program = tmp_path / "program"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", program], check=True)
    python, script = program / "bin" / "python", program / "bin" / "synesthete"
    quiet = {"capture_output": True, "text": True, "timeout": 120}
    borrowed = {"SYNESTHETE_SKIP_WEB": "1", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        tmp_path,
        context,
    ]
    built = subprocess.run(build, env=os.environ | borrowed, **quiet)
    assert built.returncode == 0, built.stderr
    wheel = next(tmp_path.glob("synesthete-*.whl"))
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-cache-dir",
        "--no-compile",
        wheel,
    ]
    installed = subprocess.run([*install, "-q"], env=os.environ | borrowed, **quiet)
    assert installed.returncode == 0, installed.stderr
    ours = next(program.glob("lib/python*/site-packages"))
    lent = Path(pytest.__file__).parents[1]
    (ours / "lent.pth").write_text(f"{lent}\n")
    data, port = tmp_path / "data", _free_port()
    env = {"PATH": f"{program}/bin:{os.environ['PATH']}", "HOME": str(tmp_path)}
    env |= {k: v for k, v in environment(IMAGE[-1]).items() if k.startswith(PREFIX)}
    env |= {
        "SYNESTHETE_DATA": str(data),
        "SYNESTHETE_PORT": str(port),
        "SYNESTHETE_TOKEN": "0123456789abcdef",
    }
    env["SYNESTHETE_HOST"] = "127.0.0.1"
    where = subprocess.run([python, "-c", "import synesthete; print(synesthete.__file__)"], env=env, **quiet)
    assert where.stdout.startswith(str(ours)), where.stdout + where.stderr
    assert (ours / "synesthete" / "encoders" / "weights" / "aurora" / "tags.npz").is_file()
    assert (ours / "synesthete" / "training" / "tags.toml").is_file()
    command = next(one.listed for one in IMAGE[-1] if one.word == "CMD")
    assert command is not None
    said = tmp_path / "said.txt"
    server = subprocess.Popen([script, *command[1:]], env=env, stderr=said.open("w"))
    try:
        _answers(port, said)
        health = next(one.listed for one in IMAGE[-1] if one.word == "HEALTHCHECK")
        check = [part.replace(":8000/", f":{port}/") for part in health[1:]]
        assert subprocess.run([python, *check], env=env, **quiet).returncode == 0
    finally:
        server.terminate()
        server.wait(30)
    check = [part.replace(":8000/", f":{port}/") for part in health[1:]]
    assert subprocess.run([python, *check], env=env, **quiet).returncode != 0, (
        "a server that is gone is not healthy"
    )
    bare = subprocess.run(
        [script, *command[1:]], env=env | {"SYNESTHETE_TOKEN": "", "SYNESTHETE_HOST": "0.0.0.0"}, **quiet
    )
    assert bare.returncode == 1 and "SYNESTHETE_TOKEN" in bare.stderr, (
        "without a token it does not listen to everybody"
    )


def _copy(name: str, context: Path) -> None:
    """What lies under a name in the repository, as the context has it."""
    if ignored(name):
        return
    if (ROOT / name).is_dir():
        for entry in sorted(os.listdir(ROOT / name)):
            _copy(f"{name}/{entry}", context)
        return
    (context / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, context / name)


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int, said: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=5):
                return
        except OSError:
            assert time.monotonic() < until, said.read_text("utf-8")
            time.sleep(0.2)


@pytest.mark.skipif(
    os.environ.get("SYNESTHETE_TEST_IMAGE") != "1", reason="downloads; set SYNESTHETE_TEST_IMAGE=1"
)
def test_everything_it_installs_comes_as_wheels(tmp_path: Path) -> None:
    """A slim image has no compiler: `pip install` of the image's command, for its Python and Debian, without one."""
    line = next(c for c in commands(IMAGE[0]) if "pip install" in c)
    wanted = shlex.split(line)[-1].replace(".[", f"{ROOT}[", 1)
    version = re.search(r"python:(\d+\.\d+)", IMAGE[0][0].rest).group(1)  # type: ignore[union-attr]
    requirements = [
        *PROJECT["dependencies"],
        *(r for extra in wanted.partition("[")[2].rstrip("]").split(",") for r in PROJECT["optional-dependencies"][extra]),
    ]  # fmt: skip
    platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in (17, 24, 26, 27, 28, 31, 34, 35, 36)]
    resolved = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--only-binary=:all:", "--target", tmp_path,
         "--python-version", version, *platforms, "--platform=manylinux2014_x86_64", *requirements],
        capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert resolved.returncode == 0, resolved.stderr
