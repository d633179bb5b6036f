"""Last.fm-style intake, for players that speak no newer language: Audioscrobbler 2.0 and the older 1.2.

The addresses are those that Maloja made customary: BASE/apis/audioscrobbler/2.0/ for what calls itself GNU FM or
"custom Last.fm", BASE/apis/audioscrobbler_legacy/ for 1.2. Contracts: last.fm/api/mobileauth, last.fm/api/scrobbling,
last.fm/api/submissions. A program's own `api_key` and `api_sig` say nothing to us: its session does.
"""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.web.doors.audioscrobbler import legacy, modern

router = APIRouter(prefix="/apis", include_in_schema=False)
router.include_router(modern.router)
router.include_router(legacy.router)
