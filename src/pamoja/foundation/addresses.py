"""Public ids in addresses: views are given the UUID, `reverse` and `{% url %}` take it."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import ids


class PublicIdConverter:
    """Base of the converters of one kind of id, such as `circle_01jd…`; what is no such id is no such page."""

    kind: str
    regex = "[a-z_]+_[0-9A-Za-z]{26}"

    def to_python(self, text: str) -> UUID:
        """Raises: ValueError, which to Django means that the address is another one."""
        try:
            return ids.parse(self.kind, text)
        except ids.MalformedId:
            raise ValueError(text) from None

    def to_url(self, identifier: UUID) -> str:
        return ids.public(self.kind, identifier)


def converter_for(kind: str) -> type[PublicIdConverter]:
    """The converter of this kind, for `django.urls.register_converter`."""
    return type(f"{kind.title()}IdConverter", (PublicIdConverter,), {"kind": kind})
