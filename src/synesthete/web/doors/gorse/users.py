"""Users of the platform: kept, changed, listed, erased."""

from __future__ import annotations

from typing import Any

from synesthete.catalog.platform.users import User
from synesthete.errors import NotFound
from synesthete.web.doors.gorse.gate import Guest, ThePlatform
from synesthete.web.doors.gorse.models import Count, Cursor, Id, UserChange, UserSent, opened, sealed
from synesthete.web.doors.gorse.routing import Routes

router = Routes()


@router.post("/user")
def insert(guest: ThePlatform, user: UserSent) -> dict[str, int]:
    """Keep a user, over what was kept of them."""
    return _insert(guest, [user])


@router.post("/users")
def insert_many(guest: ThePlatform, users: list[UserSent]) -> dict[str, int]:
    """Keep users; of two with one id the first holds."""
    return _insert(guest, users)


@router.get("/users")
def page(guest: ThePlatform, n: Count = 10, cursor: Cursor = "") -> dict[str, Any]:
    """Users in order of id, page by page."""
    users = guest.platform.users.page(n + 1, opened(cursor))
    following = sealed(users[n].id) if len(users) > n else ""
    return {"Cursor": following, "Users": [_told(user) for user in users[:n]]}


@router.get("/user/{user_id}")
def get(guest: ThePlatform, user_id: Id) -> dict[str, Any]:
    """One user. Raises NotFound."""
    return _told(_known(guest, user_id))


@router.patch("/user/{user_id}")
def change(guest: ThePlatform, user_id: Id, change: UserChange) -> dict[str, int]:
    """Change labels or comment. Raises NotFound."""
    with guest.catalog.begin():
        user = _known(guest, user_id)
        labels = user.labels if change.labels is None else change.labels
        comment = user.comment if change.comment is None else change.comment
        guest.platform.users.put([User(user_id, labels, comment)])
    return {"RowAffected": 1}


@router.delete("/user/{user_id}")
def remove(guest: ThePlatform, user_id: Id) -> dict[str, int]:
    """Erase a user and everything of theirs; taste is learned again without them."""
    with guest.catalog.begin():
        listener_id = guest.platform.users.find([user_id]).get(user_id)
        if listener_id is None:
            return {"RowAffected": 0}
        guest.catalog.personal.erase(listener_id)
    if guest.house.parts.taste_folder.exists():
        guest.house.errands.start("learn", ["learn"], again=True)
    return {"RowAffected": 1}


def _insert(guest: Guest, users: list[UserSent]) -> dict[str, int]:
    first = {user.id: User(user.id, user.labels, user.comment or "") for user in reversed(users)}
    guest.platform.users.put(list(first.values()))
    return {"RowAffected": len(users)}


def _known(guest: Guest, user_id: str) -> User:
    user = guest.platform.users.get(user_id)
    if user is None:
        raise NotFound(f"user {user_id} not found")
    return user


def _told(user: User) -> dict[str, Any]:
    return {"UserId": user.id, "Labels": user.labels, "Comment": user.comment}
