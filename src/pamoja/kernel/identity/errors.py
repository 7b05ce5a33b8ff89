"""The ways this package says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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


class AlreadyRegistered(Refusal):
    """Somebody with this email address or phone number is already registered."""

    code = "identity.already_registered"
    kind = "conflict"


class MembershipSuspended(Refusal):
    """Your membership of this community is suspended. Please ask its operators."""

    code = "identity.membership_suspended"
    kind = "forbidden"


class NameMissing(Refusal):
    """Please tell us what to call you."""

    code = "identity.name_missing"
    kind = "invalid"


class SessionNotFound(Refusal):
    """There is no such session; it may have ended already."""

    code = "identity.session_not_found"
    kind = "not_found"


class WrongCredentials(Refusal):
    """The email address or the password is not right."""

    code = "identity.wrong_credentials"
    kind = "unauthenticated"


class SecondFactorNeeded(Refusal):
    """Enter the code of your authenticator app, or a recovery code."""

    code = "identity.second_factor_needed"
    kind = "unauthenticated"


class EmailUnverified(Refusal):
    """Please verify your email address first: we have sent you a code."""

    code = "identity.email_unverified"
    kind = "forbidden"


class WrongCode(Refusal):
    """This code is not right, or no longer valid."""

    code = "identity.wrong_code"
    kind = "invalid"


class TokenSpent(Refusal):
    """This token is no longer valid. Please sign in again."""

    code = "identity.token_spent"
    kind = "unauthenticated"


class WrongPassword(Refusal):
    """This is not your password."""

    code = "identity.wrong_password"
    kind = "invalid"


class FieldsInvalid(Refusal):
    """Some fields need another look."""

    code = "invalid"
    kind = "invalid"

    @classmethod
    def of(cls, errors: Mapping[str, Iterable[Any]], names: Mapping[str, str] | None = None) -> FieldsInvalid:
        """From a form's errors by field; `names` says what a field is called outside."""
        called = names or {}
        return cls(
            errors=[
                {"field": called.get(field, field), "detail": str(message)}
                for field, messages in errors.items()
                for message in messages
            ]
        )
