"""Executes a notebook from its first cell to its last, keeps it with what the cells gave, and shows that as text."""

import sys

import nbformat
from nbclient import NotebookClient

source, kept = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
# The kernel listens on loopback only, and warns of that at each start.
client = NotebookClient(notebook, timeout=180, kernel_name="python3", extra_arguments=["--log-level=ERROR"])
try:
    client.execute()
finally:
    nbformat.write(notebook, kept)
for cell in notebook.cells:
    for output in cell.get("outputs", []):
        print(output["text"] if output.output_type == "stream" else output["data"]["text/plain"])
