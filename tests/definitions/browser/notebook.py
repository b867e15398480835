"""Open a notebook in JupyterLab, run all its cells, print what the page shows: `notebook.py ADDRESS LAST-WORDS`."""

import sys

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import visibility_of_element_located
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 120
HEADING = (By.CSS_SELECTOR, ".jp-NotebookPanel .jp-MarkdownOutput h1")
OUTPUT = (By.CSS_SELECTOR, ".jp-NotebookPanel .jp-OutputArea-output")
MENU = "//*[contains(@class, '-MenuBar-itemLabel') or contains(@class, '-Menu-itemLabel')][text()='{}']"


def main(address: str, last_words: str) -> None:
    options = webdriver.ChromeOptions()
    # High enough for all cells: JupyterLab leaves out of the page what is not in sight.
    for argument in ("--headless", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,3000"):
        options.add_argument(argument)
    with webdriver.Chrome(options=options) as browser:
        browser.get(address)
        patiently = WebDriverWait(browser, PATIENCE_SECONDS)
        print(patiently.until(visibility_of_element_located(HEADING)).text)
        for entry in ("Run", "Run All Cells"):
            patiently.until(visibility_of_element_located((By.XPATH, MENU.format(entry)))).click()
        patiently.until(lambda page: any(last_words in output.text for output in page.find_elements(*OUTPUT)))
        for output in browser.find_elements(*OUTPUT):
            picture = output.find_elements(By.TAG_NAME, "img")
            print(f"a picture {picture[0].size['width']} pixels wide" if picture else output.text)


main(*sys.argv[1:])
