"""Sheets of paper that somebody in the sample home photographed or printed: a PDF with a few lines."""

from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, TOP, LINE = 420, 595, 42, 520, 26
"""A5 in points."""
FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts "
    b"[<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
)
"""Every reader of PDF has a Chinese font of its own in this one's place."""


def paper(lines: Sequence[str]) -> bytes:
    """The lines below each other, the first one larger."""
    drawn = [
        f"BT /F {16 if nth == 0 else 12} Tf {LEFT} {TOP - nth * LINE} Td <{_hex(line)}> Tj ET"
        for nth, line in enumerate(lines)
    ]
    frame = f"0.75 G 24 24 {WIDTH - 48} {HEIGHT - 48} re S"
    content = "\n".join([frame, *drawn]).encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
        % (WIDTH, HEIGHT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        FONT,
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(made))
    return made + head + table + tail


def _hex(words: str) -> str:
    return words.encode("utf-16-be").hex().upper()
