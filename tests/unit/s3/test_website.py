"""A bucket as a web site, as a browser asks for it: by its host name, and by our own path."""

import http.client
from pathlib import Path
from typing import Any

import pytest

from tests.unit.s3.conftest import Server
from tests.unit.s3.test_settings import refused

HOST = "raw.s3-website.localhost"
ROOT = "/_cloudlet/website/raw"


def visit(
    server: Server, target: str, host: str = HOST, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    """Return status, headers (names in lower case) and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest(method, target, skip_host=True)
    for name, value in {"Host": host, "Content-Length": "0", **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


@pytest.fixture
def site(s3: Any, raw: Path) -> Path:
    """A small site, its error page too."""
    s3.put_bucket_website(
        Bucket="raw",
        WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "oops.html"}},
    )
    (raw / "docs").mkdir()
    (raw / "index.html").write_text("<a href='docs/'>docs</a>")
    (raw / "docs" / "index.html").write_text("docs")
    (raw / "docs" / "style.css").write_text("p {}")
    (raw / "oops.html").write_text("oops")
    return raw


@pytest.mark.parametrize(
    ("host", "root"), [(HOST, ""), ("127.0.0.1", ROOT), ("RAW.S3-Website.eu-west-1.localhost", "")]
)
def test_folders_have_index_pages(server: Server, site: Path, host: str, root: str) -> None:
    """
    And a folder without its slash is sent to the one with it, so that relative links work.
    """
    home = visit(server, f"{root}/", host)
    docs = visit(server, f"{root}/docs/?theme=dark", host)
    css = visit(server, f"{root}/docs/style.css", host)
    bare = visit(server, f"{root}/docs", host)

    assert (home[0], home[1]["content-type"], home[2]) == (200, "text/html", "<a href='docs/'>docs</a>")
    assert (docs[0], docs[2]) == (200, "docs")
    assert (css[0], css[1]["content-type"]) == (200, "text/css")
    assert (bare[0], bare[1]["location"], bare[2]) == (302, f"{root}/docs/", "")


def test_the_path_form_begins_with_a_slash_after_the_bucket(server: Server, site: Path) -> None:
    """
    Else the first relative link would lead out of the site.
    """
    status, headers, _ = visit(server, ROOT, "localhost")

    assert (status, headers["location"]) == (302, f"{ROOT}/")


def test_what_is_not_there_has_the_site_s_own_page_and_the_right_status(server: Server, site: Path) -> None:
    """
    404, not 200: search engines and scripts look.
    """
    status, headers, body = visit(server, "/none")

    assert (status, body, headers["content-type"]) == (404, "oops", "text/html")
    assert visit(server, "/none", method="HEAD")[0] == 404


def test_a_large_error_page_is_sent_whole(server: Server, site: Path) -> None:
    """
    Beyond what is sent at once.
    """
    (site / "oops.html").write_text("x" * 500_000)

    status, _, body = visit(server, "/none")

    assert (status, len(body)) == (404, 500_000)


def test_a_missing_error_page_is_told_of_as_well(server: Server, site: Path) -> None:
    """
    AWS's page has both, and nothing in it can be markup.
    """
    (site / "oops.html").unlink()

    status, headers, body = visit(server, "/%3Cscript%3Ealert(1)%3C%2Fscript%3E")

    assert (status, headers["content-type"], headers["x-amz-error-code"]) == (
        404,
        "text/html; charset=utf-8",
        "NoSuchKey",
    )
    assert "<h1>404 Not Found</h1>\n<ul>\n<li>Code: NoSuchKey</li>\n" in body
    assert "<li>Key: &lt;script&gt;alert(1)&lt;/script&gt;</li>" in body
    assert "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>" in body
    assert "<li>Key: oops.html</li>" in body
    assert "<script>" not in body


@pytest.mark.parametrize(
    ("host", "code", "named"),
    [
        ("raw.s3-website.localhost", "NoSuchWebsiteConfiguration", "raw"),
        ("none.s3-website.localhost", "NoSuchBucket", "none"),
    ],
)
def test_a_bucket_that_is_no_site_says_so_in_html(server: Server, raw: Path, host: str, code: str, named: str) -> None:
    """
    The same bucket is still there for programs.
    """
    status, headers, body = visit(server, "/", host)

    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f"<li>Code: {code}</li>" in body
    assert f"<li>BucketName: {named}</li>" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_site_can_only_be_read(server: Server, site: Path, method: str) -> None:
    """
    Whatever a visitor sends.
    """
    status, _, body = visit(server, "/index.html", method=method)

    assert (status, "<li>Code: MethodNotAllowed</li>" in body or body == "oops") == (405, True)
    assert (site / "index.html").read_text() == "<a href='docs/'>docs</a>"


def test_a_visitor_s_query_is_no_request_of_s3(server: Server, site: Path) -> None:
    """
    `?acl`, `?versionId=…` and `?response-content-type=…` mean nothing to a site.
    """
    status, headers, body = visit(server, "/docs/?acl&versionId=x&response-content-type=text/x")

    assert (status, headers["content-type"], body) == (200, "text/html", "docs")


def test_a_site_answers_conditions_and_ranges(server: Server, site: Path) -> None:
    """
    Browsers cache, and video players seek.
    """
    etag = visit(server, "/docs/")[1]["etag"]

    assert visit(server, "/docs/", headers={"If-None-Match": etag})[0] == 304
    assert visit(server, "/docs/", headers={"Range": "bytes=1-2"})[::2] == (206, "oc")
    assert visit(server, "/docs/", method="HEAD")[1]["content-length"] == "4"
    assert visit(server, "/docs/", headers={"Range": "bytes=99-"})[0] == 416


def test_an_object_can_be_nothing_but_a_redirect(server: Server, site: Path, s3: Any) -> None:
    """
    To this site or to another, kept with the object.
    """
    s3.put_object(Bucket="raw", Key="here", WebsiteRedirectLocation="/docs/")
    s3.put_object(Bucket="raw", Key="there", WebsiteRedirectLocation="https://example.org/a?b=c#d")

    assert visit(server, "/here")[1]["location"] == "/docs/"
    assert visit(server, f"{ROOT}/here", "localhost")[1]["location"] == f"{ROOT}/docs/"
    status, headers, body = visit(server, "/there")
    assert (status, headers["location"], body) == (301, "https://example.org/a?b=c#d", "")
    assert s3.get_object(Bucket="raw", Key="there")["WebsiteRedirectLocation"] == "https://example.org/a?b=c#d"


def test_all_requests_can_go_elsewhere(server: Server, raw: Path, s3: Any) -> None:
    """
    With their path, by the protocol that is given.
    """
    everything = {"HostName": "example.org", "Protocol": "https"}
    s3.put_bucket_website(Bucket="raw", WebsiteConfiguration={"RedirectAllRequestsTo": everything})

    status, headers, _ = visit(server, "/a/b%20c")

    assert (status, headers["location"]) == (301, "https://example.org/a/b%20c")


def test_rules_send_visitors_before_and_after_a_look(server: Server, site: Path, s3: Any) -> None:
    """
    By prefix before, by the error's status after; the first rule that fits.
    """
    rules = [
        {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "docs/"}},
        {
            "Condition": {"KeyPrefixEquals": "app/", "HttpErrorCodeReturnedEquals": "404"},
            "Redirect": {"ReplaceKeyPrefixWith": "#!/", "HttpRedirectCode": "302", "HostName": "example.org"},
        },
        {
            "Condition": {"HttpErrorCodeReturnedEquals": "404"},
            "Redirect": {"ReplaceKeyWith": "index.html", "Protocol": "https"},
        },
    ]
    s3.put_bucket_website(
        Bucket="raw", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, "RoutingRules": rules}
    )

    old, app, none = visit(server, "/old/a%20b"), visit(server, "/app/x"), visit(server, "/none")
    in_path = visit(server, f"{ROOT}/old/x", "localhost")

    assert (old[0], old[1]["location"]) == (301, f"http://{HOST}/docs/a%20b")
    assert (app[0], app[1]["location"]) == (302, "http://example.org/#!/x")
    assert (none[0], none[1]["location"]) == (301, f"https://{HOST}/index.html")
    assert in_path[1]["location"] == f"http://localhost{ROOT}/docs/x"
    assert visit(server, "/docs/")[::2] == (200, "docs")


def test_no_path_becomes_another_host(server: Server, site: Path, s3: Any) -> None:
    """
    `//evil.example/` in a Location would be one.
    """
    s3.put_object(Bucket="raw", Key="/evil.example/index.html", Body=b"")

    status, headers, _ = visit(server, "//evil.example")

    assert (status, headers["location"]) == (302, "/%2Fevil.example/")


@pytest.mark.parametrize("target", ["/../secret", "/%2e%2e/secret", "/a/..%2f..%2fsecret", "/%00", "/%ff"])
def test_no_path_leads_out_of_the_site(server: Server, site: Path, tmp_path: Path, target: str) -> None:
    """
    By either form.
    """
    (tmp_path / "home" / "s3" / "secret").write_text("s3cret")

    for host, root in ((HOST, ""), ("localhost", ROOT)):
        status, _, body = visit(server, root + target, host)
        assert status in (400, 404)
        assert "s3cret" not in body


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({}, "InvalidArgument", "A value for IndexDocument Suffix must be provided"),
        ({"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument", "The IndexDocument Suffix is not well formed"),
        ({"IndexDocument": {"Suffix": ""}}, "InvalidArgument", "The IndexDocument Suffix is not well formed"),
        (
            {"IndexDocument": {"Suffix": "i"}, "RedirectAllRequestsTo": {"HostName": "a"}},
            "InvalidArgument",
            "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
        ),
        ({"RedirectAllRequestsTo": {"HostName": "a", "Protocol": "ftp"}}, "MalformedXML", ""),
        (
            {"IndexDocument": {"Suffix": "i"}, "RoutingRules": [{"Redirect": {"HttpRedirectCode": "200"}}]},
            "InvalidRequest",
            "The provided HTTP redirect code (200) is not valid. Valid codes are 3XX except 300.",
        ),
        (
            {
                "IndexDocument": {"Suffix": "i"},
                "RoutingRules": [{"Condition": {"HttpErrorCodeReturnedEquals": "200"}, "Redirect": {"HostName": "a"}}],
            },
            "InvalidRequest",
            "The provided HTTP error code (200) is not valid. Valid codes are 4XX or 5XX.",
        ),
        (
            {
                "IndexDocument": {"Suffix": "i"},
                "RoutingRules": [{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}],
            },
            "InvalidRequest",
            "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
        ),
        (
            {"IndexDocument": {"Suffix": "i"}, "RoutingRules": [{"Redirect": {"HostName": "a"}}] * 51},
            "InvalidRequest",
            "51 routing rules provided",
        ),
    ],
)
def test_a_site_that_cannot_be_is_refused(
    s3: Any, raw: Path, document: dict[str, Any], code: str, message: str
) -> None:
    """
    With AWS's words; the bucket stays no site.
    """
    found = refused(s3.put_bucket_website, Bucket="raw", WebsiteConfiguration=document)

    assert found[:2] == (code, 400)
    assert message in found[2]
    assert refused(s3.get_bucket_website, Bucket="raw")[0] == "NoSuchWebsiteConfiguration"
