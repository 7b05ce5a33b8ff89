"""The ways this package says no."""

from pamoja.foundation.errors import Refusal


class SignInNeeded(Refusal):
    """Please sign in first."""

    code = "identity.sign_in_needed"
    kind = "unauthenticated"


class NotAMember(Refusal):
    """You are not a member of this community yet."""

    code = "identity.not_a_member"
    kind = "forbidden"


class RecentSignInNeeded(Refusal):
    """Please confirm that it is you before money moves."""

    code = "identity.recent_sign_in_needed"
    kind = "forbidden"


class MemberNotFound(Refusal):
    """There is no such member in this community."""

    code = "identity.member_not_found"
    kind = "not_found"


class UnknownRole(Refusal):
    """There is no role called {role}."""

    code = "identity.unknown_role"
    kind = "invalid"


class LastOperator(Refusal):
    """A community needs an operator: give the role to somebody else first."""

    code = "identity.last_operator"
    kind = "conflict"


class PhoneUnreadable(Refusal):
    """This is not a phone number we can read. Write it as {example}, or with the country in front."""

    code = "identity.phone_unreadable"
    kind = "invalid"


class PhoneTaken(Refusal):
    """This phone number already belongs to another account."""

    code = "identity.phone_taken"
    kind = "conflict"


class NoPhone(Refusal):
    """Add a phone number first: there is nowhere to send the money."""

    code = "identity.no_phone"
    kind = "conflict"


class UnreadablePicture(Refusal):
    """This file is not a picture we can read. A JPEG, PNG or WebP will do."""

    code = "identity.unreadable_picture"
    kind = "invalid"


class PictureTooBig(Refusal):
    """This picture is too big. At most {megabytes} MB, please."""

    code = "identity.picture_too_big"
    kind = "invalid"


class TooManyTries(Refusal):
    """That was a lot of tries. For your safety, please wait {wait} and try again."""

    code = "identity.too_many_tries"
    kind = "limit"


class FromElsewhere(Refusal):
    """This request did not prove that it comes from our own pages. Send the CSRF token, or an access token."""

    code = "identity.from_elsewhere"
    kind = "forbidden"
