"""Mail as data: what people wrote in it, by the forms in which mail lies about."""

import gzip
import io
import mailbox
import tarfile
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_own_files import Reading

from tui_trainer.corpus.reading import mail
from tui_trainer.corpus.reading.mail_format import is_mail
from tui_trainer.corpus.reading.notes import Notes

SAID = "The boat leaves at nine.\nBring a coat, for it is cold on the river in the morning."
READ = f"The boat\n\n{SAID}"
PERSONAL = ("berta", "anna", "example.org", "Received", "1999")
HEAD = b"From: Berta <berta@example.org>\nTo: anna@example.org\nSubject: The boat\n"


def letter(
    text: str = SAID, subject: str = "The boat", charset: str = "utf-8", cte: str = ""
) -> EmailMessage:
    made = EmailMessage()
    made["Received"] = "from mill.example.org by river.example.org; Mon, 4 Jan 1999 08:00:00 +0100"
    made["From"], made["To"] = "Berta <berta@example.org>", "anna@example.org"
    made["Date"], made["Message-ID"] = "Mon, 4 Jan 1999 08:00:00 +0100", "<1999@mill.example.org>"
    made["Subject"] = subject
    made.set_content(text, charset=charset, cte=cte or None)
    return made


def with_attachment() -> EmailMessage:
    made = letter()
    made.add_attachment(bytes(range(256)) * 40, "image", "png", filename="photo.png")
    made.add_attachment("name,place\n" * 40, subtype="csv", filename="list.csv")
    return made


def mailbox_of(*messages: EmailMessage) -> bytes:
    return b"".join(
        b"From berta@example.org Mon Jan  4 08:00:00 1999\n" + m.as_bytes() + b"\n" for m in messages
    )


def texts(raw: bytes) -> tuple[list[str], Notes]:
    notes = Notes()
    return list(mail.texts(io.BytesIO(raw), notes)), notes


# -- where it lies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a.eml", "a.txt", "a.EML", "a.mbox", "1", "a.eml.gz", "new/1.M2.mail.example.pl"]
)
def test_a_message_is_its_subject_and_its_text(tmp_path: Path, name: str) -> None:
    (path := tmp_path / name).parent.mkdir(exist_ok=True)
    raw = letter().as_bytes()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    found = Reading(tmp_path)
    assert (found.texts, found.sources, found.notices) == ([READ], ["books"], [])


def test_a_mailbox_of_two_as_the_library_writes_it(tmp_path: Path) -> None:
    second = "From here on the river is narrow.\n\nFrom the mill Mon Jan  4 08:00:00 1999 on, too."
    box = mailbox.mbox(tmp_path / "Inbox")
    box.add(letter())
    box.add(letter(second, "The river"))
    box.close()
    found = Reading(tmp_path)
    assert (found.texts, found.notices) == ([READ, f"The river\n\n{second}"], [])


def test_a_maildir_as_the_library_writes_it(tmp_path: Path) -> None:
    folder = mailbox.Maildir(tmp_path / "Mail")
    folder.add(letter())
    read = mailbox.MaildirMessage(with_attachment())
    read.set_subdir("cur")
    read.add_flag("S")
    folder.add(read)
    found = Reading(tmp_path)
    assert found.texts == [READ, READ]
    assert found.notices == ["2 attachments or other parts of 2 messages left out"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_mail_in_an_archive(tmp_path: Path, kind: str) -> None:
    members = {
        "a.eml": letter().as_bytes(),
        "Mail/new/1.M2.mill:2,S": letter().as_bytes(),
        "LICENSE": b"Free.",
    }
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
            for name, raw in members.items():
                packed.writestr(name, raw)
    else:
        with tarfile.open(tmp_path / "a.tar", "w") as archive:
            for name, raw in members.items():
                (info := tarfile.TarInfo(name)).size = len(raw)
                archive.addfile(info, io.BytesIO(raw))
    found = Reading(tmp_path)
    assert (found.texts, found.notices) == ([READ, READ], [])


# -- what is in it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [letter().as_bytes(), letter().as_bytes(policy=SMTP), with_attachment().as_bytes()]
)
def test_nobody_is_named(raw: bytes) -> None:
    (text,), _ = texts(raw)
    assert text.replace("\r\n", "\n") == READ
    assert not any(name in text for name in PERSONAL)


def test_attachments_are_left_out_and_counted() -> None:
    found, notes = texts(mailbox_of(with_attachment(), letter(), with_attachment()))
    assert found == [READ] * 3
    assert (notes.messages, notes.left_out) == (3, 4)


def test_of_alternatives_one_is_read() -> None:
    made = letter()
    made.add_alternative("<p>The same, for <b>browsers</b>.</p>", subtype="html")
    assert texts(made.as_bytes())[0] == [READ]
    blank = letter(" \n")
    blank.add_alternative(f"<html><body><p>{SAID}</p></body></html>", subtype="html")
    (text,), notes = texts(blank.as_bytes())
    assert text.split() == READ.split()
    assert notes.left_out == 0


def test_a_page_of_the_web_is_read_as_one() -> None:
    made = letter()
    made.set_content(
        f"<html><script>var x;</script><p>Grüße. {SAID}</p></html>", subtype="html", charset="latin-1"
    )
    (text,), _ = texts(made.as_bytes())
    assert text.split() == f"The boat Grüße. {SAID}".split()


@pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Žluťoučký kůň"),
        ("iso-8859-2", "Žluťoučký kůň"),
        ("koi8-r", "Тихая река"),
        ("euc-kr", "조용한 강"),
    ],
)
def test_a_text_is_decoded_as_its_header_says(charset: str, text: str, cte: str) -> None:
    found, notes = texts(letter(text, text, charset, cte).as_bytes())
    assert found == [f"{text}\n\n{text}"]
    assert not notes.guessed


@pytest.mark.parametrize("charset", ["", "utf-8", "x-unknown", "punycode", "a\\0b", "rot13"])
def test_a_wrong_charset_is_made_good_by_a_guess_that_is_named(charset: str) -> None:
    said = f'Content-Type: text/plain; charset="{charset}"\n' if charset else ""
    found, notes = texts(HEAD + said.encode() + b"\n" + "schöne Grüße an alle".encode("cp1252"))
    assert found == ["The boat\n\nschöne Grüße an alle"]
    assert [e.codec for e in notes.guessed] == ["cp1252"]


def test_a_larger_set_is_taken_where_senders_mean_it() -> None:
    said = b"Content-Type: text/plain; charset=iso-8859-1\n\n"
    found, notes = texts(HEAD + said + "“cold” – 5 €".encode("cp1252"))
    assert found == ["The boat\n\n“cold” – 5 €"]
    assert not notes.guessed


def test_a_forwarded_message_is_read_under_its_own_subject() -> None:
    made = letter("See below.", "Fwd: The boat")
    made.add_attachment(with_attachment())
    found, notes = texts(made.as_bytes())
    assert found == [f"Fwd: The boat\n\nSee below.\n\n{READ}"]
    assert notes.left_out == 2


def test_a_message_without_a_text_is_none(tmp_path: Path) -> None:
    made = letter()
    made.set_content(b"\x00\x01" * 99, "application", "pdf")
    (tmp_path / "a.eml").write_bytes(made.as_bytes())
    found = Reading(tmp_path)
    assert found.texts == []
    assert found.notices == [
        f"skipped {tmp_path / 'a.eml'}: no text in it",
        "1 attachment or other part of 1 message left out",
    ]


# -- what is none ----------------------------------------------------------------------------------------

NO_MAIL = {
    "a readme": "tool\n====\n\nFrom: nothing. To: something.\n\nSubject: what it does.\n",
    "a changelog": "tool (1.2) unstable; urgency=low\n\n  * Mended.\n\n -- Berta <berta@example.org>\n",
    "a memo": "From: Berta\nTo: all\nDate: 4 January\nSubject: Lunch\n\nIs served at noon.\n",
    "a play": "Berta: Who is there?\nAnna: From where?\nDate: a fruit\n\nThey leave.\n",
    "the head of an article": "Title: The mill\nAuthor: berta@example.org\nDate: 1999-01-04\n\nIt stands.\n",
    "a package": "Metadata-Version: 2.1\nName: tool\nAuthor-email: berta@example.org\n\nA tool.\n",
    "a copyright": "Format: https://example.org/\nContact: berta@example.org\nSource: x\n\nFiles:\n",
    "headers of HTTP": "Date: Mon, 4 Jan 1999 08:00 GMT\nServer: x\nContent-Type: text/html\n\nIt stands.\n",
    "a letter about mail": "From: berta@example.org\nwas all it said.\nSubject: none\nTo: me\n\nSo.\n",
    "a sentence": "From Monday on, the mill is closed at 10:30.\n\nIt opens in May.\n",
    "no end of the headers": "From: berta@example.org\nTo: anna@example.org\nSubject: The boat\n",
}


@pytest.mark.parametrize("kind", NO_MAIL)
def test_prose_stays_prose(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.txt").write_text(NO_MAIL[kind])
    assert Reading(tmp_path).texts == [NO_MAIL[kind].rstrip()]
    assert not is_mail(NO_MAIL[kind].encode())


def test_a_file_without_an_ending_that_is_no_mail_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "README").write_text(NO_MAIL["a readme"])
    (tmp_path / "a.txt").write_text(SAID)
    found = Reading(tmp_path)
    assert (found.texts, found.notices) == ([SAID], ["skipped 1 files of other kinds: no suffix 1"])


def test_code_stays_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(letter().as_bytes())
    assert Reading(tmp_path).sources == ["code"]


# -- what is broken --------------------------------------------------------------------------------------

BOUNDARY = b"Content-Type: multipart/mixed; boundary=b\n\n"
NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1_000))
BROKEN = {
    "nested": (HEAD + NESTED + SAID.encode(), "a message that is nested too deeply"),
    "forwarded 1,000 times": (
        HEAD + b"Content-Type: message/rfc822\n\n" * 1_000,
        "a message that is nested too deeply",
    ),
    "many parts": (HEAD + BOUNDARY + b"--b\n\n" * 100_000, "a message of more than 1,000 parts"),
    "reports": (
        HEAD + b"Content-Type: message/delivery-status\n\n" + b"\n" * 100_000,
        "a message of more than 1,000 parts",
    ),
    "too large": (HEAD + b"\n" + b"a" * 41_000_000, "a message of more than 40 MB or 1,000,000 lines"),
    "too long": (HEAD + b"\n" * 1_000_002, "a message of more than 40 MB or 1,000,000 lines"),
    "carriage returns": (
        HEAD + b"\n" + b"\r" * 1_000_002,
        "a message of more than 40 MB or 1,000,000 lines",
    ),
    "null bytes": (HEAD + b"\n" + b"\x00" * 5_000, "binary, not text"),
    "no boundary": (
        HEAD + b"Content-Type: multipart/mixed\n\n" + SAID.encode(),
        "a message whose parts can't be told apart",
    ),
    "half of a base64": (
        HEAD + b"Content-Transfer-Encoding: base64\n\nQUJDR\n",
        "a text in base64 that is damaged",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_message_gives_one_line(tmp_path: Path, kind: str) -> None:
    raw, why = BROKEN[kind]
    (tmp_path / "a.eml").write_bytes(raw)
    found = Reading(tmp_path, max_bytes=100_000_000)
    assert (found.texts, found.notices) == ([], [f"skipped 1 of 1 messages of {tmp_path / 'a.eml'}: {why}"])


def test_the_others_of_a_mailbox_are_read(tmp_path: Path) -> None:
    box = mailbox_of(letter()) + b"From a Mon Jan  4 08:00:00 1999\n" + BROKEN["nested"][0] + b"\n\n"
    (tmp_path / "a.mbox").write_bytes(box + mailbox_of(letter()))
    found = Reading(tmp_path)
    assert found.texts == [READ, READ]
    assert found.notices == [
        f"skipped 1 of 3 messages of {tmp_path / 'a.mbox'}: a message that is nested too deeply"
    ]


def test_a_message_that_ends_too_soon_is_read_as_far_as_it_goes() -> None:
    raw = with_attachment().as_bytes()
    assert texts(raw[: raw.index(b"photo.png")])[0] == [READ]


def test_of_a_message_with_a_broken_part_the_others_are_read() -> None:
    part = b"--b\n\n%s\n" % SAID.encode()
    broken = b"--b\nContent-Type: multipart/related\n\n--c\n\nlost\n--c--\n--b--\n"
    found, notes = texts(HEAD + BOUNDARY + part + broken)
    assert (found, notes.left_out, notes.bad) == ([READ], 1, 0)


def test_a_long_header_and_many_cost_little() -> None:
    many = b"X-A: b\n" * 200_000
    found, notes = texts(HEAD + many + b"Subject: " + b"a " * 500_000 + b"\n" + many + b"\n" + SAID.encode())
    assert (found, notes.bad) == ([READ], 0)
    (text,), _ = texts(b"From: a@b\nSubject: " + b"((a " * 500_000 + b"\n\n" + SAID.encode())
    assert len(text) < mail.LONGEST_FIELD + 200


PIECES = [
    *(
        b"From: a@b\n",
        b"Subject: =?utf-8?b?4?= =?x?q?=41?=\n",
        b"\n",
        b"\r\n\r\n",
        b"--b\n",
        b"--b--\n",
        b" x\n",
    ),
    *(
        b"From a Mon Jan  4 08:00:00 1999\n",
        BOUNDARY,
        b"Content-Type: message/delivery-status\n\n",
        b">From \n",
    ),
    *(b"Content-Type: multipart/alternative; boundary*0=b; boundary*1*=%\n", b"Content-Transfer-Encoding: "),
    *(b"base64\n", b"quoted-printable\n", b"x-uuencode\n", b"begin 644 a\n", b"Content-Type: text/html\n\n"),
    *(
        b"Content-Type: text/plain; charset*=x'y'%ff\n",
        b"Content-Disposition: ;=\n",
        b"charset=utf-7",
        b"=\n",
        b":",
    ),
    *(
        b"Content-Type: multipart/digest; boundary=b\n\n",
        b"The boat leaves.\n",
        b"\xff\x00",
        b"(" * 400,
        b'"\\',
    ),
]


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=30).map(b"".join))
def test_whatever_it_is_nothing_is_raised(raw: bytes) -> None:
    found, notes = texts(raw)
    assert all(found)
    assert len(found) + notes.bad <= notes.read
    is_mail(raw)
