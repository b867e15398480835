"""How long is a ride that begins there?"""

import pandas
import s3fs

keys = s3fs.S3FileSystem().glob("rides/2026-*.csv")
rides = pandas.concat(pandas.read_csv(f"s3://{key}") for key in keys)
print(rides.groupby("from")["minutes"].mean().round(1).to_string())
