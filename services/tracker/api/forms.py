"""Plain forms of pages of ours, read with limits."""

from urllib.parse import parse_qsl

from fastapi import Request

from shared.web.problems import Problem
from shared.web.same_origin import is_same_origin

FORM_BYTES_MAX = 16_384
FORM_FIELDS_MAX = 20


async def read_form(
    request: Request, *, bytes_max: int = FORM_BYTES_MAX, fields_max: int = FORM_FIELDS_MAX
) -> dict[str, str]:
    """The fields. Raises 403 for a form of another site's, 413, 415, 400."""
    if not is_same_origin(request):
        raise Problem("cross_site", 403)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Problem("unsupported_type", 415)
    body = await request.body()
    if len(body) > bytes_max:
        raise Problem("too_large", 413, about={"max_bytes": bytes_max})
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=fields_max))
    except ValueError:
        raise Problem("bad_request", 400) from None
