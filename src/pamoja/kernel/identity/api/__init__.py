"""The API about people: signing in, one's own profile, the members of a community."""

from ninja import Router

from pamoja.kernel.identity.api.me import router as me
from pamoja.kernel.identity.api.members import router as members
from pamoja.kernel.identity.api.signing_in import router as signing_in

router = Router()
router.add_router("/auth", signing_in, tags=["signing in"])
router.add_router("/me", me, tags=["me"])
router.add_router("/members", members, tags=["members"])
