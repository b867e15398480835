"""Open a page, click its button, print what it then says: `click.py HOST-OF-LOCALHOST ADDRESS`."""

import sys

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 60


def main(host: str, address: str) -> None:
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        f"--host-resolver-rules=MAP *.localhost {host}",
    ):
        options.add_argument(argument)
    with webdriver.Chrome(options=options) as browser:
        browser.get(address)
        browser.find_element(By.ID, "button").click()
        saved = WebDriverWait(browser, PATIENCE_SECONDS).until(lambda page: page.find_element(By.ID, "saved").text)
        print(saved)


main(*sys.argv[1:])
