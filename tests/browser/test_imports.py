"""A file comes in by hand: sent, looked at, changed, stored, and its rejected rows fetched."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("session_token")]
FILE = b"Nr,Kommentar,mail\n1,The heater trips the breaker,a@example.test\n2,,b@example.test\n"


def test_a_small_file_comes_in(desk: Page) -> None:
    desk.goto("/console/imports")
    expect(desk.get_by_text("No file has come in yet")).to_be_visible()
    sent: FilePayload = {"name": "calls.csv", "mimeType": "text/csv", "buffer": FILE}
    desk.get_by_label("File", exact=True).set_input_files(sent)
    desk.get_by_role("button", name="Upload and look").click()
    expect(desk.get_by_role("heading", name="calls.csv")).to_be_visible()
    expect(desk.get_by_text("Ready")).to_be_visible()
    desk.get_by_label("Nr", exact=True).select_option("external_id")
    desk.get_by_role("button", name="Read it this way").click()
    expect(desk.get_by_text("as you said").first).to_be_visible()
    expect(desk.get_by_text("The text is empty.")).to_be_visible()
    desk.get_by_role("button", name="Import 2 rows").click()
    expect(desk.get_by_text("The file is in")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Download the rejected rows").click()
    assert "empty" in download.value.path().read_text(encoding="utf-8")
    desk.goto("/console/imports")
    expect(desk.get_by_role("row", name=re.compile("calls.csv.*Done"))).to_be_visible()
