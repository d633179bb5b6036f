"""AudioMuse-compatible answers, so that existing Navidrome, Jellyfin and Lyrion plugins work by changing one URL.

Items are named by the media server's own ids where `synesthete sync` has learned them (external ids of a
scheme subsonic@HOST, jellyfin@HOST ...), else by ours. Distances are 1 - cosine, smaller is nearer.
"""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.web.doors.audiomuse import asking, near

router = APIRouter()
router.include_router(near.router)
router.include_router(asking.router)
