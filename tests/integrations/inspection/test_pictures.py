from __future__ import annotations

import struct
import tracemalloc
import zlib

import pytest

from jurande.integrations.inspection import Accept, Kind, Reason, Rejected, examine
from tests.integrations.inspection.builders import chunk, jpeg_of, pdf, picture, png, zipped

ANY = Accept(frozenset(Kind), 25_000_000)
NAMES = {"PNG": "photo.png", "JPEG": "photo.jpg", "WEBP": "photo.webp"}


def reason(content: bytes, name: str) -> Reason:
    with pytest.raises(Rejected) as caught:
        examine(content, name, ANY)
    return caught.value.reason


class TestHonestPictures:
    @pytest.mark.parametrize(
        ("kind", "mode", "options"),
        [
            ("PNG", "RGB", {}),
            ("PNG", "L", {}),
            ("PNG", "1", {}),
            ("PNG", "P", {}),
            ("PNG", "RGBA", {"optimize": True}),
            ("PNG", "I;16", {}),
            ("JPEG", "RGB", {}),
            ("JPEG", "CMYK", {}),
            ("JPEG", "L", {"progressive": True}),
            ("WEBP", "RGB", {}),
            ("WEBP", "RGBA", {"lossless": True}),
        ],
    )
    def test_are_taken_for_what_they_are(self, kind: str, mode: str, options: dict[str, object]) -> None:
        assert examine(picture(kind, mode=mode, **options), NAMES[kind], ANY).kind.value == kind.lower()

    @pytest.mark.parametrize("size", [(1, 1), (3, 5), (9, 2), (17, 33)])
    def test_are_measured_right_when_interlaced(self, size: tuple[int, int]) -> None:
        # The size of each pass by counting its pixels, not by the formula under test.
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        pixels = b""
        for x, y, dx, dy in passes:
            columns, rows = len(range(x, size[0], dx)), len(range(y, size[1], dy))
            pixels += (b"\0" + b"\x20" * 3 * columns) * rows if columns else b""
        assert examine(png(*size, pixels=pixels, interlace=1), "a.png", ANY).kind is Kind.PNG

    def test_may_have_the_second_picture_that_telephones_add(self) -> None:
        assert examine(picture("JPEG") + picture("JPEG", (9, 9)), "a.jpg", ANY).kind is Kind.JPEG

    def test_may_have_samsung_s_note(self) -> None:
        field = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000"
        table = b"SEFH" + struct.pack("<II", 106, 1) + b"\0\0\x01\x0a" + struct.pack("<II", len(field), len(field))
        note = field + table + struct.pack("<I", len(table)) + b"SEFT"
        assert examine(picture("JPEG") + note, "a.jpg", ANY).kind is Kind.JPEG

    def test_may_have_a_colour_profile(self) -> None:
        profile = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(b"p" * 3000))
        assert examine(png(extra=profile), "a.png", ANY).kind is Kind.PNG


class TestHostilePictures:
    @pytest.mark.parametrize("size", [(50_000, 50_000), (65_535, 65_535), (2_000_000_000, 2)])
    def test_with_too_many_pixels_are_refused_before_any_is_decoded(self, size: tuple[int, int]) -> None:
        tracemalloc.start()
        assert reason(png(*size, pixels=b"\0" * 100), "a.png") is Reason.PICTURE_PIXELS
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 5_000_000

    def test_in_jpeg_with_too_many_pixels_are_refused(self) -> None:
        assert reason(jpeg_of(50_000, 50_000), "a.jpg") is Reason.PICTURE_PIXELS

    def test_in_webp_with_too_many_pixels_are_refused(self) -> None:
        canvas = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + (16_000_000).to_bytes(3, "little") * 2
        body = b"WEBP" + canvas
        assert reason(b"RIFF" + struct.pack("<I", len(body)) + body, "a.webp") is Reason.PICTURE_PIXELS

    def test_whose_pixels_open_into_more_than_announced_are_refused(self) -> None:
        assert reason(png(pixels=b"\0" * 30_000_000), "a.png") is Reason.PICTURE_BOMB

    @pytest.mark.parametrize("name", [b"zTXt", b"iCCP", b"iTXt"])
    def test_whose_comment_opens_into_a_bomb_are_refused(self, name: bytes) -> None:
        bomb = zlib.compress(b"\0" * 50_000_000)
        head = b"Comment\0\x01\0fr\0\0" if name == b"iTXt" else b"Comment\0\0"
        assert reason(png(extra=chunk(name, head + bomb)), "a.png") is Reason.PICTURE_BOMB

    def test_with_missing_pixels_are_refused(self) -> None:
        assert reason(png(pixels=b"\0" * 10), "a.png") is Reason.DAMAGED

    def test_with_a_wrong_checksum_are_refused(self) -> None:
        content = bytearray(png())
        content[40] ^= 1
        assert reason(bytes(content), "a.png") is Reason.DAMAGED

    @pytest.mark.parametrize("kind", list(NAMES))
    def test_cut_anywhere_are_refused(self, kind: str) -> None:
        content = picture(kind)
        for length in range(13, len(content) - 2, max(1, len(content) // 40)):
            assert reason(content[:length], NAMES[kind]) in (Reason.DAMAGED, Reason.UNKNOWN), length

    @pytest.mark.parametrize("kind", list(NAMES))
    def test_followed_by_an_archive_are_refused(self, kind: str) -> None:
        assert reason(picture(kind) + zipped({"a.txt": "x"}), NAMES[kind]) is Reason.TWO_FORMATS

    @pytest.mark.parametrize("kind", list(NAMES))
    @pytest.mark.parametrize("trailer", [b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c"])
    def test_followed_by_another_archive_are_refused(self, kind: str, trailer: bytes) -> None:
        assert reason(picture(kind) + trailer + b"rest", NAMES[kind]) is Reason.TWO_FORMATS

    @pytest.mark.parametrize("kind", list(NAMES))
    @pytest.mark.parametrize("trailer", [b"MZ\x90\x00 a program", b"\0\0\0\x18ftypmp42 a film", b"anything", pdf()])
    def test_followed_by_anything_are_refused(self, kind: str, trailer: bytes) -> None:
        assert reason(picture(kind) + trailer, NAMES[kind]) is Reason.TRAILING

    def test_whose_note_hides_a_film_are_refused(self) -> None:
        field = b"\0\0\x30\x0aMotionPhoto_Data\0\0\0\x18ftypmp42"
        note = field + b"SEFH" + b"\0" * 20 + struct.pack("<I", 24) + b"SEFT"
        assert reason(picture("JPEG") + note, "a.jpg") is Reason.TRAILING

    @pytest.mark.parametrize("code", [b"<script>alert(1)</script>", b"<?php system($_GET[0]); ?>", b"<!DOCTYPE html >"])
    def test_with_a_page_in_their_comment_are_refused(self, code: bytes) -> None:
        assert reason(png(extra=chunk(b"tEXt", b"Comment\0" + code)), "a.png") is Reason.TWO_FORMATS
        jpeg = picture("JPEG")
        comment = b"\xff\xfe" + struct.pack(">H", len(code) + 2) + code
        assert reason(jpeg[:2] + comment + jpeg[2:], "a.jpg") is Reason.TWO_FORMATS

    def test_that_move_are_refused(self) -> None:
        animation = chunk(b"acTL", struct.pack(">II", 2, 0))
        assert reason(png(extra=animation), "a.png") is Reason.PICTURE_ANIMATED
        from PIL import Image

        frames = [Image.effect_noise((20, 20), n) for n in (10, 90)]
        import io

        buffer = io.BytesIO()
        frames[0].convert("RGB").save(buffer, "WEBP", save_all=True, append_images=[frames[1].convert("RGB")])
        assert reason(buffer.getvalue(), "a.webp") is Reason.PICTURE_ANIMATED

    def test_with_thousands_of_scans_are_refused(self) -> None:
        jpeg = picture("JPEG", (16, 16), "L", progressive=True)
        at = jpeg.rindex(b"\xff\xda")
        scan = jpeg[at:-2]
        assert reason(jpeg[:-2] + scan * 5000 + jpeg[-2:], "a.jpg") is Reason.DAMAGED

    def test_with_two_headers_are_refused(self) -> None:
        jpeg = picture("JPEG")
        at = jpeg.index(b"\xff\xc0")
        frame = jpeg[at : at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")]
        assert reason(jpeg[:at] + frame + jpeg[at:], "a.jpg") is Reason.DAMAGED

    def test_in_other_formats_are_refused_by_name(self) -> None:
        assert reason(picture("GIF", mode="P"), "a.gif") is Reason.PICTURE_FORMAT
        assert reason(picture("TIFF"), "a.tif") is Reason.PICTURE_FORMAT
        assert reason(picture("BMP"), "a.bmp") is Reason.PICTURE_FORMAT
        assert reason(picture("EPS"), "a.eps") is Reason.PICTURE_FORMAT
        assert reason(b"8BPS\0\x01" + b"\0" * 20, "a.psd") is Reason.PICTURE_FORMAT
        assert reason(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic") is Reason.PICTURE_FORMAT

    def test_that_are_also_a_script_are_refused(self) -> None:
        gif = b"GIF89a/*" + b"\0" * 8 + b"*/=1;alert(document.cookie)//"
        for name in ("a.gif", "a.js", "a.png", "a.jpg"):
            assert reason(gif, name) is Reason.PICTURE_FORMAT
