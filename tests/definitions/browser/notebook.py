"""Open a notebook in JupyterLab, run all its cells, print what the page shows: `notebook.py ADDRESS LAST-WORDS`."""

import contextlib
import sys
from collections.abc import Callable

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import visibility_of_element_located
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 120
TRIES = 4
HEADING = (By.CSS_SELECTOR, ".jp-NotebookPanel .jp-MarkdownOutput h1")
OUTPUT = (By.CSS_SELECTOR, ".jp-NotebookPanel .jp-OutputArea-output")
MENU = "//*[contains(@class, '-MenuBar-itemLabel') or contains(@class, '-Menu-itemLabel')][text()='{}']"


def run_all_cells(browser: webdriver.Chrome, patiently: WebDriverWait) -> None:
    """Choose so in the menu; JupyterLab may forget it while its kernel still starts, and its menus may move away."""
    for entry in ("Run", "Run All Cells"):
        label = (By.XPATH, MENU.format(entry))
        patiently.until(lambda page: clicked(page, label))  # noqa: B023 - used before the next round


def clicked(page: webdriver.Chrome, label: tuple[str, str]) -> bool:
    try:
        page.find_element(*label).click()
    except WebDriverException:
        return False
    return True


def has_said(words: str) -> Callable[[webdriver.Chrome], bool]:
    return lambda page: any(words in output.text for output in page.find_elements(*OUTPUT))


def main(address: str, last_words: str) -> None:
    options = webdriver.ChromeOptions()
    # High enough for all cells: JupyterLab leaves out of the page what is not in sight.
    for argument in ("--headless", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,3000"):
        options.add_argument(argument)
    with webdriver.Chrome(options=options) as browser:
        browser.get(address)
        patiently = WebDriverWait(browser, PATIENCE_SECONDS)
        print(patiently.until(visibility_of_element_located(HEADING)).text)
        for _ in range(TRIES):
            run_all_cells(browser, patiently)
            with contextlib.suppress(TimeoutException):
                WebDriverWait(browser, PATIENCE_SECONDS / TRIES).until(has_said(last_words))
                break
        patiently.until(has_said(last_words))
        for output in browser.find_elements(*OUTPUT):
            picture = output.find_elements(By.TAG_NAME, "img")
            print(f"a picture {picture[0].size['width']} pixels wide" if picture else output.text)


main(*sys.argv[1:])
