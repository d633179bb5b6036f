"""API keys of the listener who asks: named, scoped, listed, revocable, shown once."""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.catalog.accounts import Key
from synesthete.errors import NotAllowed
from synesthete.web.api.models.people import ApiKey, ApiKeys, MadeKey, NewKey
from synesthete.web.auth.proofs import HINT_LENGTH, new_key, token_hash
from synesthete.web.house import Asking, ItsId, TheHouse

router = APIRouter(prefix="/keys", tags=["people"])


@router.get("")
def keys(house: TheHouse, who: Asking) -> ApiKeys:
    """Every key, the newest first, revoked ones too; never the keys themselves."""
    return ApiKeys(keys=[_shown(key) for key in house.catalog.accounts.keys(who.id)])


@router.post("", status_code=201)
def make(house: TheHouse, who: Asking, question: NewKey) -> MadeKey:
    """Make a key. It is shown this once and stored only as a hash."""
    scopes = tuple(dict.fromkeys(question.scopes))
    if not set(scopes) <= set(who.scopes):
        raise NotAllowed("a key cannot make a key that may do more than itself")
    key = new_key()
    kept = house.catalog.accounts.add_key(who.id, question.name, token_hash(key), key[:HINT_LENGTH], scopes)
    return MadeKey(key=key, about=_shown(kept))


@router.delete("/{key_id}", status_code=204)
def revoke(house: TheHouse, who: Asking, key_id: ItsId) -> None:
    """End a key for good."""
    house.catalog.accounts.revoke_key(who.id, key_id)


def _shown(key: Key) -> ApiKey:
    return ApiKey(
        id=key.id, name=key.name, hint=key.hint, scopes=list(key.scopes), created_at=key.created_at,
        used_at=key.used_at, revoked_at=key.revoked_at,
    )  # fmt: skip
