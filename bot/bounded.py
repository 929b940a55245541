"""The body of an answer that somebody outside gives: as much of it as may be read, however it is cut on its way."""

import aiohttp


async def body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The first `most` bytes; what is beyond is not read."""
    said = b""
    while len(said) < most and (more := await response.content.read(most - len(said))):
        said += more
    return said
