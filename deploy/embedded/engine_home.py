"""Where the embedded engines live and as whom they run: PostgreSQL refuses to run as root."""

import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from deploy.embedded.data_dir import DataDir
from deploy.embedded.keys import instance_id

ENGINE_USER = "HUIYIN_ENGINE_USER"
ENGINE_USER_DEFAULT = "nobody"
# Used when root's data folder lies behind a folder that the engine user may not pass.
_SHELTER = Path("/var/lib/huiyin")


@dataclass(frozen=True)
class EngineHome:
    """A folder for the engines' data; `user` is who runs them, None meaning whoever runs us."""

    root: Path
    user: str | None

    @property
    def group(self) -> int | None:
        """The group the engines run in."""
        return None if self.user is None else pwd.getpwnam(self.user).pw_gid

    @property
    def extra_groups(self) -> list[int] | None:
        """No further groups for the engine user; None leaves ours alone."""
        return None if self.user is None else []

    def folder(self, name: str) -> Path:
        """A private folder of the engine user."""
        path = self.root / name
        path.mkdir(exist_ok=True, mode=0o700)
        if self.user is not None and path.stat().st_uid != pwd.getpwnam(self.user).pw_uid:
            self._give_all(path)
        return path

    def private_file(self, name: str, content: str) -> Path:
        """A file that only the engine user can read."""
        path = self.root / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        """Hands a path over to the engine user."""
        if self.user is not None:
            shutil.chown(path, self.user, self.group)

    def _give_all(self, folder: Path) -> None:
        """Hands a folder over with all that is in it, when it is new or another user ran the engines before."""
        user = pwd.getpwnam(str(self.user))
        for path in [*folder.rglob("*"), folder]:
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)

    def installed(self, distribution: str, tree: Path, base: Path) -> Path:
        """A tree of an installed package, where the engine user can reach it: itself, or a copy in this home.

        Copies keep their place relative to `base`, for programs look for their libraries beside them.
        """
        if self.user is None:
            return tree
        copy = self.root / "bin" / f"{distribution}-{version(distribution)}" / tree.relative_to(base)
        if not copy.exists():
            self._open_way_to(copy.parent)
            draft = copy.with_name(f".{copy.name}.draft")
            shutil.rmtree(draft, ignore_errors=True)  # A start that was killed half-way left it.
            _copy_readable(tree, draft)
            draft.rename(copy)
        return copy

    def _open_way_to(self, folder: Path) -> None:
        """Makes the folders below this home that lead there; the engine user may pass, whatever root's umask says."""
        way = [folder, *folder.parents]
        for step in reversed(way[: way.index(self.root)]):
            step.mkdir(exist_ok=True)
            step.chmod(0o755)


def _copy_readable(tree: Path, target: Path) -> None:
    if tree.is_file():
        shutil.copy2(tree, target)
    else:
        shutil.copytree(tree, target, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include", "pgxs"))
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)


def open_engine_home(data: DataDir) -> EngineHome:
    """The engines' home inside the data folder, or a shelter beside it where only root may enter that folder."""
    if os.geteuid() != 0:
        home = data.root / "engines"
        home.mkdir(exist_ok=True, mode=0o700)
        return EngineHome(home, None)
    data.root.chmod(data.root.stat().st_mode | 0o011)
    home = data.root / "engines"
    if not all(_others_may_pass(folder) for folder in data.root.parents):
        _SHELTER.mkdir(parents=True, exist_ok=True)
        _SHELTER.chmod(_SHELTER.stat().st_mode | 0o011)
        home = _SHELTER / f"engines-{instance_id(data)}"
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    return EngineHome(home, _engine_user())


def _engine_user() -> str:
    user = os.environ.get(ENGINE_USER, ENGINE_USER_DEFAULT)
    try:
        is_root = pwd.getpwnam(user).pw_uid == 0
    except KeyError:
        raise ValueError(f"{ENGINE_USER} names {user}, whom this machine does not know") from None
    if is_root:
        raise ValueError(f"{ENGINE_USER} names root, as whom PostgreSQL refuses to run")
    return user


def _others_may_pass(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def package_folder(package: str) -> Path:
    """Where an installed package lies, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package} is not installed: delete .venv and start again")
    return Path(spec.submodule_search_locations[0])
