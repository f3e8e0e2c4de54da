"""XML written plainly, and read with suspicion: no document type, no entity, nothing fetched."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from wandr.errors import Invalid

MOST_TAGS = 500_000


def child(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new last child, its attributes in the order given."""
    element = SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def written(root: Element) -> str:
    """The document as text, with its declaration: UTF-8."""
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True).decode() + "\n"


def read_xml(body: bytes, *, root: str) -> Element:
    """The root of a document, whose local name must be `root`. Raises Invalid, saying where, also
    for more than half a million tags: each takes some hundred bytes."""
    if body.count(b"<") > MOST_TAGS:
        raise Invalid(f"The file has more than {MOST_TAGS} tags.", code="too_much")
    try:
        found = fromstring(body, forbid_dtd=True)
    except ParseError as error:
        raise Invalid(f"The file is not XML: {error}.", code="unreadable_file") from None
    except DefusedXmlException:
        raise Invalid(
            "The file declares a document type or entities.", code="unsafe_file"
        ) from None
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise Invalid(f"The file cannot be read: {error}.", code="unreadable_file") from None
    if local_name(found) != root:
        raise Invalid(f"The file is no <{root}>.", code="unreadable_file")
    element: Element = found
    return element


def local_name(element: Element) -> str:
    """The name of an element without its namespace; of what is no element, nothing."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(parent: Element, tag: str) -> str:
    """The text of the first child of this local name, without space around it."""
    found = next((one for one in parent if local_name(one) == tag), None)
    return "" if found is None else "".join(found.itertext()).strip()
