"""Between which stations do people ride most? The answer is shown, and kept in the bucket as a Parquet file."""

import os
from importlib.resources import files

import duckdb

# With `INSTALL httpfs`, DuckDB fetches it from its own server; here it comes with the other packages.
(httpfs,) = (files("duckdb_extension_httpfs") / "extensions").glob("*/httpfs.duckdb_extension")
database = duckdb.connect()
database.execute(f"LOAD '{httpfs}'")
database.execute(f"""
    CREATE SECRET (
        TYPE s3, URL_STYLE 'path', USE_SSL false,
        ENDPOINT '{os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")}',
        KEY_ID '{os.environ["AWS_ACCESS_KEY_ID"]}', SECRET '{os.environ["AWS_SECRET_ACCESS_KEY"]}')
""")
database.execute("""
    COPY (SELECT "from", "to", count(*) AS rides FROM 's3://rides/2026-*.csv'
          GROUP BY ALL ORDER BY rides DESC, "from", "to" LIMIT 3)
    TO 's3://rides/busiest.parquet'
""")
for row in database.execute("FROM 's3://rides/busiest.parquet'").fetchall():
    print("{} to {}: {}".format(*row))
